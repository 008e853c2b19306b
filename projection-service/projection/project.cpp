#include "projection-service/projection/project.hpp"

#include <nlohmann/json.hpp>

#include "events/contract/event_json.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::string& text) {
  return text;
}
Json json_of(std::int32_t number) {
  return number;
}
Json json_of(events::Status status) {
  return to_string(status);
}
Json json_of(events::Priority priority) {
  return to_string(priority);
}
Json json_of(events::Instant instant) {
  return events::format_instant(instant);
}
Json json_of(const events::UserId& id) {
  return id.to_string();
}
Json json_of(const std::vector<std::string>& texts) {
  return texts;
}
Json json_of(const events::TaskLock& lock) {
  return {{"holder", lock.holder},
          {"since", json_of(lock.since)},
          {"expiresAt", json_of(lock.expires_at)},
          {"fencingToken", lock.fencing_token}};
}
template <class Value>
Json json_of(const std::optional<Value>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

// Collects the fields that differ. Without a state before, every field came from null, and no tags from none.
class Changes {
 public:
  Changes(const events::TaskState* before, const events::TaskState& after) : before_(before), after_(after) {}

  template <class Value>
  Changes& field(const char* name, Value events::TaskState::* member) {
    const Value& to = after_.*member;
    if (before_ != nullptr ? before_->*member == to : is_empty(to)) return *this;
    json_[name] = {{"from", before_ != nullptr ? json_of(before_->*member) : Json(nullptr)}, {"to", json_of(to)}};
    return *this;
  }

  Json take() { return std::move(json_); }

 private:
  template <class Value>
  static bool is_empty(const std::optional<Value>& value) {
    return !value;
  }
  static bool is_empty(const std::vector<std::string>& texts) { return texts.empty(); }
  template <class Value>
  static bool is_empty(const Value&) {
    return false;
  }

  const events::TaskState* before_;
  const events::TaskState& after_;
  Json json_ = Json::object();
};

Json changes_between(const events::TaskState* before, const events::TaskState& after) {
  using Task = events::TaskState;
  return Changes(before, after)
      .field("title", &Task::title)
      .field("description", &Task::description)
      .field("status", &Task::status)
      .field("priority", &Task::priority)
      .field("tags", &Task::tags)
      .field("assigneeId", &Task::assignee_id)
      .field("dueDate", &Task::due_date)
      .field("warningOffset", &Task::warning_offset_minutes)
      .field("lock", &Task::lock)
      .take();
}

std::optional<std::string> reason_of(const events::Event& event) {
  return std::visit(
      [](const auto& e) -> std::optional<std::string> {
        if constexpr (requires { e.reason; }) {
          return e.reason;
        } else {
          return std::nullopt;
        }
      },
      event);
}

}  // namespace

unsigned changed_columns(const events::TaskState& before, const events::TaskState& after) {
  unsigned changed = 0;
  if (before.title != after.title) changed |= TaskColumns::kTitle;
  if (before.status != after.status) changed |= TaskColumns::kStatus;
  if (before.priority != after.priority) changed |= TaskColumns::kPriority;
  if (before.assignee_id != after.assignee_id) changed |= TaskColumns::kAssignee;
  if (before.due_date != after.due_date) changed |= TaskColumns::kDueDate;
  if (before.deleted != after.deleted) changed |= TaskColumns::kDeleted;
  return changed;
}

std::vector<std::string> listed_tags(const events::State& state) {
  const auto* task = std::get_if<events::TaskState>(&state);
  return task != nullptr && !task->deleted ? task->tags : std::vector<std::string>();
}

std::string history_item(const events::RecordedEvent& recorded, const events::State& before,
                         const events::TaskState& after, events::Instant time, events::Position position) {
  Json item = {{"version", recorded.version.value},
               {"eventId", recorded.id.to_string()},
               {"type", type_of(recorded.event)},
               {"time", json_of(time)},
               {"actor", recorded.context.actor}};
  if (const auto reason = reason_of(recorded.event)) item["reason"] = *reason;
  item["changes"] = changes_between(std::get_if<events::TaskState>(&before), after);
  item["position"] = {{"partition", position.partition}, {"offset", position.offset}};
  // A foreign writer's actor may be no UTF-8: it is shown as U+FFFD, not thrown on.
  return item.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace taskstream::projection
