#include "command-service/domain/task_changes.hpp"

#include <utility>

namespace taskstream::command {
namespace {

using events::Field;
using events::TaskChanges;
using events::TaskState;
using Fields = std::vector<Field>;

template <class Value, class Current>
void keep_difference(std::optional<Value>& wanted, const Current& current) {
  if (wanted && *wanted == current) wanted.reset();
}

Fields field_if(bool changes, Field field) {
  return changes ? Fields{field} : Fields();
}

struct FieldsToChange {
  const TaskState& task;

  Fields operator()(const CreateTask&) const { return {}; }  // it changes no task that exists
  Fields operator()(const EditTask& c) const { return events::fields_of(differences(task, c.changes)); }
  Fields operator()(const PostponeTask&) const { return {Field::DueDate}; }
  Fields operator()(const ChangeStatus& c) const { return field_if(c.to != task.status, Field::Status); }
  Fields operator()(const AssignTask& c) const {
    return field_if(task.assignee_id != c.assignee_id, Field::AssigneeId);
  }
  Fields operator()(const ClaimTask& c) const { return field_if(task.assignee_id != c.user_id, Field::AssigneeId); }
  Fields operator()(const UnassignTask&) const { return field_if(task.assignee_id.has_value(), Field::AssigneeId); }
  Fields operator()(const LockTask&) const { return {Field::Lock}; }
  Fields operator()(const UnlockTask&) const { return field_if(task.lock.has_value(), Field::Lock); }
  Fields operator()(const DeleteTask&) const { return {}; }
};

}  // namespace

TaskChanges differences(const TaskState& task, TaskChanges wanted) {
  keep_difference(wanted.title, task.title);
  keep_difference(wanted.description, task.description);
  keep_difference(wanted.priority, task.priority);
  keep_difference(wanted.tags, task.tags);
  keep_difference(wanted.due_date, task.due_date);
  keep_difference(wanted.warning_offset_minutes, task.warning_offset_minutes);
  return wanted;
}

Fields fields_to_change(const TaskState& task, const TaskCommand& command) {
  return std::visit(FieldsToChange{task}, command);
}

}  // namespace taskstream::command
