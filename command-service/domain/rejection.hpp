#pragma once

#include <string>
#include <variant>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_event.hpp"

// Why a command changes nothing: facts about the state that it met.
namespace taskstream::command {

// One value that the domain does not take. `field` is its path in the request's body, e.g. `tags/3`.
struct InvalidValue {
  std::string field;
  std::string reason;
};

struct TaskIsMissing {};
struct TaskIsDeleted {};
struct TaskMayOnlyBeClaimed {};  // by whoever sees it because nobody has it
struct ValuesAreInvalid {
  std::vector<InvalidValue> values;
};
struct TaskIsLocked {
  std::string holder;
  events::Instant expires_at;
};
struct TransitionIsIllegal {
  events::Status from;
  events::Status to;
  std::vector<events::Status> allowed;
};
struct TaskIsClosed {};
struct TaskIsAssigned {};  // to somebody else than who claims it
struct TaskHasNoDueDate {};

struct UserIsMissing {};
struct UserIsInactive {};  // who is to have a task
struct EmailIsTaken {};

using Rejection = std::variant<TaskIsMissing, TaskIsDeleted, TaskMayOnlyBeClaimed, ValuesAreInvalid, TaskIsLocked,
                               TransitionIsIllegal, TaskIsClosed, TaskIsAssigned, TaskHasNoDueDate, UserIsMissing,
                               UserIsInactive, EmailIsTaken>;

}  // namespace taskstream::command
