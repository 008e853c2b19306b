#pragma once

#include <vector>

#include "command-service/domain/commands.hpp"
#include "events/fold/fields.hpp"
#include "events/fold/task_state.hpp"

namespace taskstream::command {

// Of the wanted changes those that change something.
events::TaskChanges differences(const events::TaskState& task, events::TaskChanges wanted);

// The fields to which the command would give another value than they have, whether or not the rules let it. Pure.
std::vector<events::Field> fields_to_change(const events::TaskState& task, const TaskCommand& command);

}  // namespace taskstream::command
