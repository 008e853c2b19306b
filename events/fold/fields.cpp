#include "events/fold/fields.hpp"

namespace taskstream::events {
namespace {

using Fields = std::vector<Field>;

// One overload for each event; e-mail addresses and the log have no fields that people change.
struct FieldsOf {
  Fields operator()(const TaskCreated&) const {
    return {Field::Title, Field::Description, Field::Status,  Field::Priority,
            Field::Tags,  Field::AssigneeId,  Field::DueDate, Field::WarningOffset};
  }
  Fields operator()(const TaskEdited& e) const { return fields_of(e.changes); }
  Fields operator()(const TaskStatusChanged&) const { return {Field::Status}; }
  Fields operator()(const TaskAssigned&) const { return {Field::AssigneeId}; }
  Fields operator()(const TaskUnassigned&) const { return {Field::AssigneeId}; }
  Fields operator()(const TaskLocked&) const { return {Field::Lock}; }
  Fields operator()(const TaskUnlocked&) const { return {Field::Lock}; }
  Fields operator()(const TaskDeleted&) const { return {Field::Lock}; }  // deleting takes the lock off
  Fields operator()(const UserRegistered&) const {
    return {Field::FirstName, Field::LastName, Field::Email, Field::Active};
  }
  Fields operator()(const UserEdited& e) const { return fields_of(e.changes); }
  Fields operator()(const UserDeactivated&) const { return {Field::Active}; }
  Fields operator()(const UserReactivated&) const { return {Field::Active}; }
  Fields operator()(const UserClaimLapsed&) const { return {}; }
  Fields operator()(const EmailClaimed&) const { return {}; }
  Fields operator()(const EmailReleased&) const { return {}; }
  Fields operator()(const LogOpened&) const { return {}; }
  Fields operator()(const LogBarrier&) const { return {}; }
};

}  // namespace

std::string_view to_string(Field field) {
  switch (field) {
    case Field::Title:
      return "title";
    case Field::Description:
      return "description";
    case Field::Status:
      return "status";
    case Field::Priority:
      return "priority";
    case Field::Tags:
      return "tags";
    case Field::AssigneeId:
      return "assigneeId";
    case Field::DueDate:
      return "dueDate";
    case Field::WarningOffset:
      return "warningOffset";
    case Field::Lock:
      return "lock";
    case Field::FirstName:
      return "firstName";
    case Field::LastName:
      return "lastName";
    case Field::Email:
      return "email";
    case Field::Active:
      return "active";
  }
  return {};
}

std::vector<Field> fields_of(const TaskChanges& changes) {
  Fields fields;
  if (changes.title) fields.push_back(Field::Title);
  if (changes.description) fields.push_back(Field::Description);
  if (changes.priority) fields.push_back(Field::Priority);
  if (changes.tags) fields.push_back(Field::Tags);
  if (changes.due_date) fields.push_back(Field::DueDate);
  if (changes.warning_offset_minutes) fields.push_back(Field::WarningOffset);
  return fields;
}

std::vector<Field> fields_of(const UserChanges& changes) {
  Fields fields;
  if (changes.first_name) fields.push_back(Field::FirstName);
  if (changes.last_name) fields.push_back(Field::LastName);
  if (changes.email) fields.push_back(Field::Email);
  return fields;
}

std::vector<Field> fields_changed_by(const Event& event) {
  return std::visit(FieldsOf(), event);
}

}  // namespace taskstream::events
