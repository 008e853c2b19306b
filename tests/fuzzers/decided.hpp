#pragma once

#include <nlohmann/json.hpp>

#include "events/fold/task_state.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::fuzzing {

// A task and a user with something in every field, which commands are decided on.
events::TaskState full_task_state();
events::UserState user_state();

// The limits of the domain, by another count of characters than the service's: no event may go beyond them.
void check_limits(const nlohmann::json& event);

}  // namespace taskstream::fuzzing
