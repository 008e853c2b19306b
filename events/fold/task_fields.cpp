#include "events/fold/task_fields.hpp"

namespace taskstream::events {
namespace {

using Fields = std::vector<TaskField>;

// One overload for each event of a task; users, e-mails and the log have none of these fields.
struct FieldsOf {
  Fields operator()(const TaskCreated&) const {
    return {TaskField::Title, TaskField::Description, TaskField::Status,  TaskField::Priority,
            TaskField::Tags,  TaskField::AssigneeId,  TaskField::DueDate, TaskField::WarningOffset};
  }
  Fields operator()(const TaskEdited& e) const { return fields_of(e.changes); }
  Fields operator()(const TaskStatusChanged&) const { return {TaskField::Status}; }
  Fields operator()(const TaskAssigned&) const { return {TaskField::AssigneeId}; }
  Fields operator()(const TaskUnassigned&) const { return {TaskField::AssigneeId}; }
  Fields operator()(const TaskLocked&) const { return {TaskField::Lock}; }
  Fields operator()(const TaskUnlocked&) const { return {TaskField::Lock}; }
  Fields operator()(const TaskDeleted&) const { return {TaskField::Lock}; }  // deleting takes the lock off
  Fields operator()(const UserRegistered&) const { return {}; }
  Fields operator()(const UserEdited&) const { return {}; }
  Fields operator()(const UserDeactivated&) const { return {}; }
  Fields operator()(const UserReactivated&) const { return {}; }
  Fields operator()(const UserClaimLapsed&) const { return {}; }
  Fields operator()(const EmailClaimed&) const { return {}; }
  Fields operator()(const EmailReleased&) const { return {}; }
  Fields operator()(const LogOpened&) const { return {}; }
  Fields operator()(const LogBarrier&) const { return {}; }
};

}  // namespace

std::string_view to_string(TaskField field) {
  switch (field) {
    case TaskField::Title:
      return "title";
    case TaskField::Description:
      return "description";
    case TaskField::Status:
      return "status";
    case TaskField::Priority:
      return "priority";
    case TaskField::Tags:
      return "tags";
    case TaskField::AssigneeId:
      return "assigneeId";
    case TaskField::DueDate:
      return "dueDate";
    case TaskField::WarningOffset:
      return "warningOffset";
    case TaskField::Lock:
      return "lock";
  }
  return {};
}

std::vector<TaskField> fields_of(const TaskChanges& changes) {
  Fields fields;
  if (changes.title) fields.push_back(TaskField::Title);
  if (changes.description) fields.push_back(TaskField::Description);
  if (changes.priority) fields.push_back(TaskField::Priority);
  if (changes.tags) fields.push_back(TaskField::Tags);
  if (changes.due_date) fields.push_back(TaskField::DueDate);
  if (changes.warning_offset_minutes) fields.push_back(TaskField::WarningOffset);
  return fields;
}

std::vector<TaskField> fields_changed_by(const Event& event) {
  return std::visit(FieldsOf(), event);
}

}  // namespace taskstream::events
