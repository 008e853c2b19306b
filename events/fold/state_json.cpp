#include "events/fold/state_json.hpp"

#include <nlohmann/json.hpp>

#include "events/contract/event_json.hpp"

namespace taskstream::events {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const TaskLock& lock) {
  return {{"holder", lock.holder},
          {"since", format_instant(lock.since)},
          {"expiresAt", format_instant(lock.expires_at)},
          {"fencingToken", lock.fencing_token}};
}
Json json_of(const std::string& text) {
  return text;
}
Json json_of(std::int32_t number) {
  return number;
}
Json json_of(Instant instant) {
  return format_instant(instant);
}
Json json_of(const UserId& id) {
  return id.to_string();
}

template <class Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

void put_quarantine(Json& json, const std::optional<Quarantine>& quarantine) {
  if (!quarantine) return;
  json["quarantined"] = {{"version", quarantine->version.value}, {"reason", quarantine->reason}};
}

}  // namespace

std::string task_json(const TaskState& task, const std::optional<Quarantine>& quarantine) {
  Json json = {{"taskId", task.id.to_string()},
               {"title", task.title},
               {"description", value_or_null(task.description)},
               {"status", to_string(task.status)},
               {"priority", to_string(task.priority)},
               {"tags", task.tags},
               {"assigneeId", value_or_null(task.assignee_id)},
               {"dueDate", value_or_null(task.due_date)},
               {"warningOffset", value_or_null(task.warning_offset_minutes)},
               {"lock", value_or_null(task.lock)},
               {"version", task.version.value},
               {"createdAt", format_instant(task.created_at)},
               {"createdBy", task.created_by},
               {"updatedAt", format_instant(task.updated_at)},
               {"updatedBy", task.updated_by}};
  put_quarantine(json, quarantine);
  // A record by a foreign writer may hold bytes that are no UTF-8 in its headers; they are shown as U+FFFD, not thrown
  // on.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string user_json(const UserState& user, const std::optional<Quarantine>& quarantine) {
  Json json = {{"userId", user.id.to_string()},
               {"firstName", user.first_name},
               {"lastName", user.last_name},
               {"email", user.email},
               {"active", user.active},
               {"version", user.version.value},
               {"createdAt", format_instant(user.created_at)},
               {"updatedAt", format_instant(user.updated_at)}};
  put_quarantine(json, quarantine);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace taskstream::events
