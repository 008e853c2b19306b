#pragma once

#include <vector>

#include "tests/simulation/faults.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/leaders.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/schedule.hpp"
#include "tests/simulation/simulated_log.hpp"
#include "tests/simulation/trace.hpp"

namespace taskstream::simulation {

struct Options {
  bool prints_trace = false;
  // What the documentation warns of: leaders that were deposed go on answering, and no strict barrier guards against
  // it.
  bool deposed_leaders_without_strict_barrier = false;
};

// What all parts of one run share.
struct World {
  World(std::uint64_t seed, const Options& options);

  Random random;
  Schedule schedule;
  Trace trace;
  bool strict_barrier;
  Faults faults;  // all zero once the run has become quiet
  SimulatedLog log;
  Leaders leaders;
  bool log_is_away = false;
  History history;
};

}  // namespace taskstream::simulation
