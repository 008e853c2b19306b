#pragma once

#include <string_view>
#include <vector>

#include "events/contract/event.hpp"

namespace taskstream::events {

// The members of a task that events change, in the order in which a task shows them.
enum class TaskField { Title, Description, Status, Priority, Tags, AssigneeId, DueDate, WarningOffset, Lock };

// As the member is called in JSON, e.g. `dueDate`.
std::string_view to_string(TaskField field);

// The fields that these changes name, in order.
std::vector<TaskField> fields_of(const TaskChanges& changes);

// The fields that the event gives a value, in order; an equal value counts. Empty for events that are not of a task.
std::vector<TaskField> fields_changed_by(const Event& event);

}  // namespace taskstream::events
