#pragma once

#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// Holds everything that was answered in a run against what the log holds at its end. A sentence for each thing that
// must not be; none when all is well.
//
// Linearizability needs no search here, because the log gives the total order of each task's versions. A write takes
// effect when its record lands. Every other answer rests on one version, and takes effect at a moment between the
// request's coming and its answer at which that version was the current one: there must be such a moment. One that was
// answered before another was asked then also takes effect before it, because all moments are steps of one schedule.
// And tasks that are linearizable one by one are so together (Herlihy and Wing 1990, locality).
std::vector<std::string> find_violations(const World& world, const Faults& faults);

}  // namespace taskstream::simulation
