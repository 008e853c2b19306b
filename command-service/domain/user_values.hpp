#pragma once

#include <optional>

#include "command-service/domain/commands.hpp"
#include "command-service/domain/decision.hpp"

namespace taskstream::command {

// Whether the values of a command are within their limits; what is wrong with them if not. Pure.
std::optional<ValuesAreInvalid> check_values(const UserCommand& command, const DecisionContext& context);

}  // namespace taskstream::command
