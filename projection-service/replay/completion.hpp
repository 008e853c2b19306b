#pragma once

#include <memory>

#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {

std::unique_ptr<Subcommand> make_completion();

}  // namespace taskstream::replay
