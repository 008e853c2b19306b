#pragma once

#include <optional>

#include "events/fold/evolve.hpp"

namespace taskstream::command {

// The user whom a stream in this state concerns: an open task's assignee, or who has claimed an e-mail address.
std::optional<events::UserId> user_concerned(const events::State& state);

}  // namespace taskstream::command
