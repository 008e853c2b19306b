#include "tests/simulation/faults.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;

int sometimes(Random& random, int at_most) {
  return random.chance(400) ? 0 : static_cast<int>(random.between(1, at_most));
}

Time now_and_then(Random& random, Time about) {
  return random.chance(500) ? Time(0) : random.between(about / 3, about * 2);
}

}  // namespace

Faults draw_faults(Random& random, bool strict_barrier, bool leaders_may_be_deposed) {
  Faults faults;
  faults.refused = sometimes(random, 60);
  faults.unknown = sometimes(random, 120);
  faults.late = sometimes(random, 150);
  faults.report_lost = sometimes(random, 60);
  faults.report_repeated = sometimes(random, 60);
  faults.position_untold = sometimes(random, 200);
  faults.lands_twice = sometimes(random, 200);
  faults.end_fails = sometimes(random, 150);
  faults.end_late = sometimes(random, 150);
  faults.tail_stalls = sometimes(random, 40);
  faults.save_stalls = sometimes(random, 300);
  faults.saved_is_lost = sometimes(random, 700);
  faults.partition_stalls = sometimes(random, 40);
  faults.batch_at_most = random.between(1, 40);
  faults.crash = now_and_then(random, 12s);
  faults.power_cut = now_and_then(random, 15s);
  faults.stall = now_and_then(random, 15s);
  faults.producer_reset = now_and_then(random, 8s);
  faults.outage = now_and_then(random, 20s);
  faults.foreign_record = now_and_then(random, 1s);
  if (leaders_may_be_deposed) faults.deposed_leader = random.between(Time(1s), Time(6s));
  faults.quarantines = random.chance(250);
  faults.truncates = !strict_barrier && random.chance(100);
  faults.skew_at_most = random.chance(300) ? Time(20s) : Time(1s);
  return faults;
}

}  // namespace taskstream::simulation
