#pragma once

#include "tests/simulation/random.hpp"

namespace taskstream::simulation {

// How ill one run is. Chances are in a thousand; a pause of zero between disturbances means that there are none. A run
// without any of a kind is as telling as one that is full of it, so each is drawn by itself, and may be nothing.
struct Faults {
  // ---- of an append
  int refused = 0;          // it does not land, and that is said
  int unknown = 0;          // nobody knows; it may land, even much later
  int late = 0;             // it takes seconds to land, or its report takes seconds to come
  int report_lost = 0;      // nothing is ever said
  int report_repeated = 0;  // it is said twice
  int position_untold = 0;  // it landed, but the report does not say where
  int lands_twice = 0;
  // ---- of a question for the end
  int end_fails = 0;
  int end_late = 0;
  // ---- of the tail
  int tail_stalls = 0;
  int partition_stalls = 0;  // one partition alone: the others go on
  std::int64_t batch_at_most = 50;
  // ---- of the state file
  int save_stalls = 0;
  int saved_is_lost = 0;  // with a crash, the last commits of the file

  // ---- what befalls instances and the log: about how long it takes until it happens (again)
  Time crash{0};
  Time stall{0};           // an instance stands still, and then finds all its mail at once
  Time producer_reset{0};  // all that is in flight there is unknown
  Time power_cut{0};       // every instance dies at once
  Time outage{0};          // the log is out of reach for everybody
  Time foreign_record{0};
  Time deposed_leader{0};  // one instance goes on with a leader that is none any more
  bool quarantines = false;
  bool truncates = false;
  Time skew_at_most{0};
};

// A strict barrier is an append. It holds against deposed leaders, and hides from the core that the log has become
// shorter: there it is the tail alone that notices.
Faults draw_faults(Random& random, bool strict_barrier, bool leaders_may_be_deposed);

}  // namespace taskstream::simulation
