#pragma once

#include <string>
#include <vector>

#include "tests/simulation/simulated_log.hpp"

namespace taskstream::simulation {

// What holds between streams, of what the log means. A sentence for each thing that must not be.

// At any moment: who uses an address has claimed it, and the service takes a task or a claim away only where the state
// asked for that at some moment since it became what it is.
std::vector<std::string> find_broken_promises(const Truth& truth);

// Once things are quiet: no open task is with an inactive user, and no address is claimed by who does not use it.
// Streams that nobody can read any more are left out.
std::vector<std::string> find_open_duties(const Truth& truth);

}  // namespace taskstream::simulation
