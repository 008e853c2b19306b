#include "projection-service/readmodel/state_text.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "events/contract/event_json.hpp"
#include "events/fold/state_json.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::json;

template <class Value>
Value must(std::optional<Value> value) {
  if (!value) throw std::runtime_error("a stored state holds a value that cannot be read");
  return *std::move(value);
}

std::string text_at(const Json& json, const char* name) {
  return json.at(name).get<std::string>();
}
events::Instant instant_at(const Json& json, const char* name) {
  return must(events::parse_instant(text_at(json, name)));
}
events::StreamVersion version_at(const Json& json, const char* name) {
  return {json.at(name).get<std::int64_t>()};
}

// Reads the member unless it is null.
template <class Read>
auto unless_null(const Json& json, const char* name, Read read) -> std::optional<decltype(read(json, name))> {
  if (json.at(name).is_null()) return std::nullopt;
  return read(json, name);
}

events::UserId user_id_at(const Json& json, const char* name) {
  return must(events::UserId::parse(text_at(json, name)));
}

events::TaskLock lock_at(const Json& json, const char* name) {
  const Json& lock = json.at(name);
  return {.holder = text_at(lock, "holder"),
          .since = instant_at(lock, "since"),
          .expires_at = instant_at(lock, "expiresAt"),
          .fencing_token = lock.at("fencingToken").get<std::int64_t>()};
}

events::TaskState read_task(const Json& json, bool deleted) {
  return {.id = must(events::TaskId::parse(text_at(json, "taskId"))),
          .title = text_at(json, "title"),
          .description = unless_null(json, "description", text_at),
          .status = must(events::parse_status(text_at(json, "status"))),
          .priority = must(events::parse_priority(text_at(json, "priority"))),
          .tags = json.at("tags").get<std::vector<std::string>>(),
          .assignee_id = unless_null(json, "assigneeId", user_id_at),
          .due_date = unless_null(json, "dueDate", instant_at),
          .warning_offset_minutes = unless_null(
              json, "warningOffset", [](const Json& from, const char* n) { return from.at(n).get<std::int32_t>(); }),
          .lock = unless_null(json, "lock", lock_at),
          .deleted = deleted,
          .version = version_at(json, "version"),
          .created_at = instant_at(json, "createdAt"),
          .created_by = text_at(json, "createdBy"),
          .updated_at = instant_at(json, "updatedAt"),
          .updated_by = text_at(json, "updatedBy")};
}

events::UserState read_user(const Json& json) {
  return {.id = must(events::UserId::parse(text_at(json, "userId"))),
          .first_name = text_at(json, "firstName"),
          .last_name = text_at(json, "lastName"),
          .email = text_at(json, "email"),
          .active = json.at("active").get<bool>(),
          .version = version_at(json, "version"),
          .created_at = instant_at(json, "createdAt"),
          .updated_at = instant_at(json, "updatedAt")};
}

struct TextOf {
  const std::optional<events::Quarantine>& quarantine;

  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const events::TaskState& task) const { return events::task_json(task, quarantine); }
  std::string operator()(const events::UserState& user) const { return events::user_json(user, quarantine); }
  std::string operator()(const events::EmailState& email) const {
    const Json claimed_by = email.claimed_by ? Json(email.claimed_by->to_string()) : Json(nullptr);
    return Json{{"claimedBy", claimed_by}, {"userVersion", email.user_version.value}}.dump();
  }
};

}  // namespace

std::string state_text(const events::State& state, const std::optional<events::Quarantine>& quarantine) {
  return std::visit(TextOf{quarantine}, state);
}

events::State read_state_text(std::string_view kind, std::string_view text, bool deleted) {
  if (text.empty()) return std::monostate();
  const Json json = Json::parse(text);
  if (kind == "task") return read_task(json, deleted);
  if (kind == "user") return read_user(json);
  if (kind == "email") {
    return events::EmailState{.claimed_by = unless_null(json, "claimedBy", user_id_at),
                              .user_version = version_at(json, "userVersion")};
  }
  throw std::runtime_error("a stream of kind " + std::string(kind) + " has a stored state");
}

bool sees(const Sight& sight, std::string_view text, bool deleted) {
  if (sight.is_everything()) return true;
  return sight.sees(std::get<events::TaskState>(read_state_text("task", text, deleted)));
}

}  // namespace taskstream::projection
