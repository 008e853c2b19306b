#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// One run: what must not have been, the sum of all that was, and how often each answer was given.
struct Outcome {
  std::vector<std::string> violations;
  std::uint64_t trace = 0;
  std::size_t operations = 0;
  std::map<std::string, int> answers;
};

// Several instances of the command-service on one log, clients, and everything that goes wrong between them. The seed
// decides all of it.
Outcome simulate(std::uint64_t seed, const Options& options = {});

}  // namespace taskstream::simulation
