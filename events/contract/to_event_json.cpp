#include "events/contract/event_json.hpp"
#include "events/contract/write_json.hpp"

namespace taskstream::events {
namespace {

void put_members(JsonMembers& json, const TaskCreated& e) {
  json.put("title", e.title)
      .put_if("description", e.description)
      .put("status", e.status)
      .put("priority", e.priority)
      .put("tags", e.tags)
      .put_if("assigneeId", e.assignee_id)
      .put_if("dueDate", e.due_date)
      .put_if("warningOffset", e.warning_offset_minutes);
}

void put_members(JsonMembers& json, const TaskEdited& e) {
  JsonMembers changes = json.make_object();
  changes.put_if("title", e.changes.title)
      .put_if("description", e.changes.description)
      .put_if("priority", e.changes.priority)
      .put_if("tags", e.changes.tags)
      .put_if("dueDate", e.changes.due_date)
      .put_if("warningOffset", e.changes.warning_offset_minutes);
  json.put("changes", std::move(changes));
}

void put_members(JsonMembers& json, const TaskStatusChanged& e) {
  json.put("from", e.from).put("to", e.to).put_if("reason", e.reason);
}

void put_members(JsonMembers& json, const TaskAssigned& e) {
  json.put("assigneeId", e.assignee_id).put_if("previousAssigneeId", e.previous_assignee_id).put_if("reason", e.reason);
}

void put_members(JsonMembers& json, const TaskUnassigned& e) {
  json.put("previousAssigneeId", e.previous_assignee_id).put_if("reason", e.reason);
}

void put_members(JsonMembers& json, const TaskLocked& e) {
  json.put("holder", e.holder)
      .put("since", e.since)
      .put("expiresAt", e.expires_at)
      .put("fencingToken", e.fencing_token);
}

void put_members(JsonMembers& json, const TaskUnlocked& e) {
  json.put("holder", e.holder).put("reason", e.reason);
}

void put_members(JsonMembers& json, const TaskDeleted& e) {
  json.put_if("reason", e.reason);
}

void put_members(JsonMembers& json, const UserRegistered& e) {
  json.put("firstName", e.first_name).put("lastName", e.last_name).put("email", e.email);
}

void put_members(JsonMembers& json, const UserEdited& e) {
  JsonMembers changes = json.make_object();
  changes.put_if("firstName", e.changes.first_name)
      .put_if("lastName", e.changes.last_name)
      .put_if("email", e.changes.email);
  json.put("changes", std::move(changes));
}

void put_members(JsonMembers& json, const UserDeactivated& e) {
  json.put_if("reason", e.reason);
}
void put_members(JsonMembers&, const UserReactivated&) {}
void put_members(JsonMembers& json, const UserClaimLapsed& e) {
  json.put("emailHash", e.email_hash);
}

void put_members(JsonMembers& json, const EmailClaimed& e) {
  json.put("userId", e.user_id).put("userVersion", e.user_version);
}
void put_members(JsonMembers& json, const EmailReleased& e) {
  json.put("userId", e.user_id).put("userVersion", e.user_version);
}

void put_members(JsonMembers& json, const LogOpened& e) {
  json.put("logId", e.log_id)
      .put("partitions", e.partitions)
      .put("idNamespace", e.id_namespace)
      .put("maxClockSkewMs", e.max_clock_skew_ms);
}
void put_members(JsonMembers&, const LogBarrier&) {}

}  // namespace

std::string to_json(const Event& event) {
  JsonMemory memory;
  JsonMembers json(memory);
  std::visit([&json](const auto& e) { put_members(json, e); }, event);
  return json.to_text();
}

}  // namespace taskstream::events
