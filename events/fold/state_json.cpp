#include "events/fold/state_json.hpp"

#include "events/contract/write_json.hpp"

namespace taskstream::events {
namespace {

void put_quarantine(JsonMembers& json, const std::optional<Quarantine>& quarantine) {
  if (!quarantine) return;
  JsonMembers members = json.make_object();
  members.put("version", quarantine->version).put("reason", quarantine->reason);
  json.put("quarantined", std::move(members));
}

}  // namespace

boost::json::value json_of(const TaskLock& lock, boost::json::storage_ptr memory) {
  return JsonMembers(std::move(memory))
      .put("holder", lock.holder)
      .put("since", lock.since)
      .put("expiresAt", lock.expires_at)
      .put("fencingToken", lock.fencing_token)
      .take();
}

std::string task_json(const TaskState& task, const std::optional<Quarantine>& quarantine) {
  JsonMemory memory;
  JsonMembers json(memory);
  json.put("taskId", task.id)
      .put("title", task.title)
      .put("description", task.description)
      .put("status", task.status)
      .put("priority", task.priority)
      .put("tags", task.tags)
      .put("assigneeId", task.assignee_id)
      .put("dueDate", task.due_date)
      .put("warningOffset", task.warning_offset_minutes)
      .put("lock", task.lock)
      .put("version", task.version)
      .put("createdAt", task.created_at)
      .put("createdBy", task.created_by)
      .put("updatedAt", task.updated_at)
      .put("updatedBy", task.updated_by);
  put_quarantine(json, quarantine);
  return json.to_text();
}

std::string user_json(const UserState& user, const std::optional<Quarantine>& quarantine) {
  JsonMemory memory;
  JsonMembers json(memory);
  json.put("userId", user.id)
      .put("firstName", user.first_name)
      .put("lastName", user.last_name)
      .put("email", user.email)
      .put("active", user.active)
      .put("version", user.version)
      .put("createdAt", user.created_at)
      .put("updatedAt", user.updated_at);
  put_quarantine(json, quarantine);
  return json.to_text();
}

std::string state_json(const State& state) {
  if (const auto* task = std::get_if<TaskState>(&state)) return task_json(*task);
  const auto* user = std::get_if<UserState>(&state);
  return user != nullptr ? user_json(*user) : "null";
}

}  // namespace taskstream::events
