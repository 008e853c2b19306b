#include "command-service/domain/decide_task.hpp"

#include <cstdlib>
#include <utility>

#include "command-service/domain/task_changes.hpp"
#include "command-service/domain/task_lock.hpp"
#include "command-service/domain/task_values.hpp"
#include "command-service/domain/transitions.hpp"

namespace taskstream::command {
namespace {

using events::Event;
using events::TaskChanges;
using events::TaskState;

Decision nothing_changes() {
  return std::optional<Event>();
}
Decision happened(Event event) {
  return std::optional(std::move(event));
}

// What each command does to a task that exists, is not deleted, and is not locked by somebody else.
struct Change {
  const TaskState& task;
  const DecisionContext& context;

  Decision operator()(const CreateTask&) const { std::abort(); }  // the caller has asked whether the task exists

  Decision operator()(const EditTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    TaskChanges changes = differences(task, command.changes);
    if (changes == TaskChanges()) return nothing_changes();
    return happened(events::TaskEdited{.changes = std::move(changes)});
  }

  Decision operator()(const PostponeTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    if (!task.due_date) return Rejection(TaskHasNoDueDate());
    return happened(events::TaskEdited{.changes = {.due_date = *task.due_date + command.by}});
  }

  Decision operator()(const ChangeStatus& command) const {
    if (command.to == task.status) return nothing_changes();
    if (!may_go(task.status, command.to)) {
      return Rejection(
          TransitionIsIllegal{.from = task.status, .to = command.to, .allowed = transitions_from(task.status)});
    }
    return happened(events::TaskStatusChanged{.from = task.status, .to = command.to, .reason = command.reason});
  }

  Decision operator()(const AssignTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    if (context.assignee == Assignee::Inactive) return Rejection(UserIsInactive());
    if (task.assignee_id == command.assignee_id) return nothing_changes();
    return happened(events::TaskAssigned{
        .assignee_id = command.assignee_id, .previous_assignee_id = task.assignee_id, .reason = command.reason});
  }

  Decision operator()(const ClaimTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    if (context.assignee == Assignee::Inactive) return Rejection(UserIsInactive());
    if (task.assignee_id == command.user_id) return nothing_changes();
    if (task.assignee_id) return Rejection(TaskIsAssigned());
    return happened(events::TaskAssigned{.assignee_id = command.user_id});
  }

  Decision operator()(const UnassignTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    if (!task.assignee_id) return nothing_changes();
    return happened(events::TaskUnassigned{.previous_assignee_id = *task.assignee_id, .reason = command.reason});
  }

  Decision operator()(const LockTask& command) const {
    if (is_closed(task.status)) return Rejection(TaskIsClosed());
    return take_lock(task, command, context);
  }

  Decision operator()(const UnlockTask&) const { return release_lock(task, context); }

  Decision operator()(const DeleteTask& command) const {
    return happened(events::TaskDeleted{.reason = command.reason});
  }
};

Decision create(const CreateTask& command, const DecisionContext& context) {
  if (command.assignee_id && context.assignee == Assignee::Inactive) return Rejection(UserIsInactive());
  return happened(events::TaskCreated{.title = command.title,
                                      .description = command.description,
                                      .priority = command.priority,
                                      .tags = command.tags,
                                      .assignee_id = command.assignee_id,
                                      .due_date = command.due_date,
                                      .warning_offset_minutes = command.warning_offset_minutes});
}

}  // namespace

Decision decide(const TaskState* task, const TaskCommand& command, const DecisionContext& context) {
  const auto* creation = std::get_if<CreateTask>(&command);
  if (task == nullptr && creation == nullptr) return Rejection(TaskIsMissing());
  if (task != nullptr && task->deleted) return Rejection(TaskIsDeleted());
  if (auto invalid = check_values(task, command, context)) return Rejection(*std::move(invalid));
  if (creation != nullptr && task == nullptr) return create(*creation, context);
  if (auto locked = check_lock(*task, context)) return Rejection(*std::move(locked));
  return std::visit(Change{.task = *task, .context = context}, command);
}

}  // namespace taskstream::command
