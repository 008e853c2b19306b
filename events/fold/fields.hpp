#pragma once

#include <string_view>
#include <vector>

#include "events/contract/event.hpp"

namespace taskstream::events {

// The members of a task or a user that events change, in the order in which these show them.
enum class Field {
  Title,
  Description,
  Status,
  Priority,
  Tags,
  AssigneeId,
  DueDate,
  WarningOffset,
  Lock,
  FirstName,
  LastName,
  Email,
  Active,
};

// As the member is called in JSON, e.g. `dueDate`.
std::string_view to_string(Field field);

// The fields that these changes name, in order.
std::vector<Field> fields_of(const TaskChanges& changes);
std::vector<Field> fields_of(const UserChanges& changes);

// The fields that the event gives a value, in order; an equal value counts. Empty for events of e-mail addresses and
// of the log.
std::vector<Field> fields_changed_by(const Event& event);

}  // namespace taskstream::events
