#include "tests/simulation/disturbances.hpp"

#include <algorithm>
#include <limits>

#include "tests/simulation/foreign_records.hpp"

namespace taskstream::simulation {

using namespace std::chrono_literals;

void Disturbances::start() {
  const Faults& faults = world_.faults;
  repeat(faults.crash, &Disturbances::crash);
  repeat(faults.power_cut, &Disturbances::power_cut);
  repeat(faults.stall, &Disturbances::stall);
  repeat(faults.producer_reset, &Disturbances::reset_producer);
  repeat(faults.outage, &Disturbances::outage);
  repeat(faults.deposed_leader, &Disturbances::depose_leader);
  repeat(faults.foreign_record, &Disturbances::foreign_record);
  if (!faults.truncates) return;
  world_.schedule.after(world_.random.between(Time(500ms), Time(6s)), [this] { truncate(); });
  restart_what_has_stopped();
}

void Disturbances::repeat(Time about, Disturb disturb) {
  if (about == Time(0)) return;
  world_.schedule.after(world_.random.between(about / 4, about * 2), [this, about, disturb] {
    if (service_.still_to_ask <= 0) return;
    (this->*disturb)();
    repeat(about, disturb);
  });
}

void Disturbances::crash() {
  kill(service_.sites[static_cast<std::size_t>(any_site())]);
}

void Disturbances::kill(Site& site) {
  site.crash();
  world_.schedule.after(world_.random.between(Time(1ms), Time(3s)), [&site] { site.start(); });
}

// What one of them was about to do, nobody is left to do.
void Disturbances::power_cut() {
  for (Site& site : service_.sites) kill(site);
}

void Disturbances::stall() {
  Instance* instance = service_.sites[static_cast<std::size_t>(any_site())].instance();
  if (instance != nullptr) instance->stand_still(world_.random.between(Time(10ms), Time(9s)));
}

void Disturbances::reset_producer() {
  Instance* instance = service_.sites[static_cast<std::size_t>(any_site())].instance();
  if (instance != nullptr) instance->reset_producer();
}

void Disturbances::outage() {
  world_.trace.note("outage", {});
  world_.log_is_away = true;
  world_.schedule.after(world_.random.between(Time(50ms), Time(6s)), [this] { world_.log_is_away = false; });
}

void Disturbances::depose_leader() {
  const int site = any_site();
  const auto partition = static_cast<events::Partition>(world_.random.below(world_.log.partitions()));
  world_.trace.note("leader deposed", {site, partition});
  world_.leaders.depose(site, partition);
  const Time span = world_.random.between(Time(100ms), Time(5s));
  world_.schedule.after(span, [this, site, partition] { world_.leaders.find_out(site, partition); });
}

void Disturbances::foreign_record() {
  append_foreign_record(world_, service_.generator);
}

// ---- the log loses what it had acknowledged

void Disturbances::truncate() {
  const auto partition = static_cast<events::Partition>(world_.random.below(world_.log.partitions()));
  const events::Offset end = world_.log.end(partition);
  if (end == 0) return;
  world_.log.truncate({partition, world_.random.between(std::max<events::Offset>(0, end - 20), end - 1)});
  for (Site& site : service_.sites) {
    if (site.instance() != nullptr) site.instance()->note_truncation();
  }
  world_.log.set_limit([this](events::Partition of) { return limit_of(of); });
}

events::Offset Disturbances::limit_of(events::Partition partition) {
  events::Offset limit = std::numeric_limits<events::Offset>::max();
  if (partition != world_.log.truncation()->from.partition) return limit;
  for (Site& site : service_.sites) {
    const Instance* instance = site.instance();
    if (instance == nullptr || instance->has_stopped()) continue;
    limit = std::min(limit, instance->lost_until().value_or(limit));
  }
  return limit;
}

// As whoever runs a service would.
void Disturbances::restart_what_has_stopped() {
  for (Site& site : service_.sites) {
    if (site.instance() == nullptr || !site.instance()->has_stopped()) continue;
    kill(site);
  }
  world_.schedule.after(300ms, [this] { restart_what_has_stopped(); });
}

int Disturbances::any_site() {
  return static_cast<int>(world_.random.below(std::ssize(service_.sites)));
}

}  // namespace taskstream::simulation
