#include <nlohmann/json.hpp>
#include <utility>

#include "events/contract/event_json.hpp"

namespace taskstream::events {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::string& text) {
  return text;
}
Json json_of(std::int32_t number) {
  return number;
}
Json json_of(Status status) {
  return to_string(status);
}
Json json_of(Priority priority) {
  return to_string(priority);
}
Json json_of(Instant instant) {
  return format_instant(instant);
}
Json json_of(StreamVersion version) {
  return version.value;
}
Json json_of(const Uuid& id) {
  return id.to_string();
}
Json json_of(const std::vector<std::string>& texts) {
  return texts;
}
template <class Tag>
Json json_of(const Id<Tag>& id) {
  return id.to_string();
}
template <class Value>
Json json_of(const std::optional<Value>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

// Leaves out what is absent.
template <class Value>
void put_if(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = json_of(*value);
}

Json data_of(const TaskCreated& e) {
  Json json = {{"title", e.title}};
  put_if(json, "description", e.description);
  json["status"] = json_of(e.status);
  json["priority"] = json_of(e.priority);
  json["tags"] = e.tags;
  put_if(json, "assigneeId", e.assignee_id);
  put_if(json, "dueDate", e.due_date);
  put_if(json, "warningOffset", e.warning_offset_minutes);
  return json;
}

Json data_of(const TaskEdited& e) {
  Json changes = Json::object();
  put_if(changes, "title", e.changes.title);
  put_if(changes, "description", e.changes.description);
  put_if(changes, "priority", e.changes.priority);
  put_if(changes, "tags", e.changes.tags);
  put_if(changes, "dueDate", e.changes.due_date);
  put_if(changes, "warningOffset", e.changes.warning_offset_minutes);
  return {{"changes", std::move(changes)}};
}

Json data_of(const TaskStatusChanged& e) {
  Json json = {{"from", json_of(e.from)}, {"to", json_of(e.to)}};
  put_if(json, "reason", e.reason);
  return json;
}

Json data_of(const TaskAssigned& e) {
  Json json = {{"assigneeId", json_of(e.assignee_id)}};
  put_if(json, "previousAssigneeId", e.previous_assignee_id);
  put_if(json, "reason", e.reason);
  return json;
}

Json data_of(const TaskUnassigned& e) {
  Json json = {{"previousAssigneeId", json_of(e.previous_assignee_id)}};
  put_if(json, "reason", e.reason);
  return json;
}

Json data_of(const TaskLocked& e) {
  return {{"holder", e.holder},
          {"since", json_of(e.since)},
          {"expiresAt", json_of(e.expires_at)},
          {"fencingToken", e.fencing_token}};
}

Json data_of(const TaskUnlocked& e) {
  return {{"holder", e.holder}, {"reason", e.reason}};
}

Json with_reason(const std::optional<std::string>& reason) {
  Json json = Json::object();
  put_if(json, "reason", reason);
  return json;
}

Json data_of(const TaskDeleted& e) {
  return with_reason(e.reason);
}

Json data_of(const UserRegistered& e) {
  return {{"firstName", e.first_name}, {"lastName", e.last_name}, {"email", e.email}};
}

Json data_of(const UserEdited& e) {
  Json changes = Json::object();
  put_if(changes, "firstName", e.changes.first_name);
  put_if(changes, "lastName", e.changes.last_name);
  put_if(changes, "email", e.changes.email);
  return {{"changes", std::move(changes)}};
}

Json data_of(const UserDeactivated& e) {
  return with_reason(e.reason);
}
Json data_of(const UserReactivated&) {
  return Json::object();
}
Json data_of(const UserClaimLapsed& e) {
  return {{"emailHash", e.email_hash}};
}

Json data_of(const EmailClaimed& e) {
  return {{"userId", json_of(e.user_id)}, {"userVersion", json_of(e.user_version)}};
}

Json data_of(const EmailReleased& e) {
  return {{"userId", json_of(e.user_id)}, {"userVersion", json_of(e.user_version)}};
}

Json data_of(const LogOpened& e) {
  return {{"logId", json_of(e.log_id)},
          {"partitions", e.partitions},
          {"idNamespace", json_of(e.id_namespace)},
          {"maxClockSkewMs", e.max_clock_skew_ms}};
}

Json data_of(const LogBarrier&) {
  return Json::object();
}

}  // namespace

std::string to_json(const Event& event) {
  return std::visit([](const auto& e) { return data_of(e).dump(); }, event);
}

}  // namespace taskstream::events
