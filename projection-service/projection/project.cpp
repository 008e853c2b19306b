#include "projection-service/projection/project.hpp"

#include "events/contract/write_json.hpp"
#include "events/fold/state_json.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {
namespace {

using events::JsonMembers;

// Collects the fields that differ. Without a state before, every field came from null, and no tags from none.
class Changes {
 public:
  Changes(const events::TaskState* before, const events::TaskState& after, JsonMembers json)
      : before_(before), after_(after), json_(std::move(json)) {}

  template <class Value>
  Changes& field(const char* name, Value events::TaskState::* member) {
    const Value& to = after_.*member;
    if (before_ != nullptr ? before_->*member == to : is_empty(to)) return *this;
    JsonMembers change = json_.make_object();
    before_ != nullptr ? change.put("from", before_->*member) : change.put("from", kNothing);
    json_.put(name, std::move(change.put("to", to)));
    return *this;
  }

  JsonMembers take() { return std::move(json_); }

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

  static constexpr std::optional<bool> kNothing;

  const events::TaskState* before_;
  const events::TaskState& after_;
  JsonMembers json_;
};

JsonMembers changes_between(const events::TaskState* before, const events::TaskState& after, JsonMembers json) {
  using Task = events::TaskState;
  return Changes(before, after, std::move(json))
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
  if (reminder_of(before) != reminder_of(after)) changed |= TaskColumns::kReminder;
  if (lock_end_of(before) != lock_end_of(after)) changed |= TaskColumns::kLock;
  return changed;
}

std::vector<std::string> listed_tags(const events::State& state) {
  const auto* task = std::get_if<events::TaskState>(&state);
  return task != nullptr && !task->deleted ? task->tags : std::vector<std::string>();
}

// An event changes assignee or status, never both, so at most one of the two groups loses it.
std::optional<SightLost> sight_lost(const events::State& before, const events::TaskState& after) {
  const auto* task = std::get_if<events::TaskState>(&before);
  if (task == nullptr || after.deleted) return std::nullopt;
  if (is_to_be_had(*task) && !is_to_be_had(after)) return SightLost{};
  if (task->assignee_id && !Sight::of_member(*task->assignee_id).sees(after)) return SightLost{task->assignee_id};
  return std::nullopt;
}

TaskChange task_change(const events::RecordedEvent& recorded, const events::State& before,
                       const events::TaskState& after, events::Instant time) {
  const auto* task_before = std::get_if<events::TaskState>(&before);
  events::JsonMemory memory;
  JsonMembers event(memory);
  event.put("taskId", after.id)
      .put("version", recorded.version)
      .put("type", type_of(recorded.event))
      .put("eventId", recorded.id)
      .put("actor", recorded.context.actor)
      .put("time", time);
  TaskChange change{.position = {},
                    .positions = {},
                    .before = {},
                    .after = after,
                    .event = event.to_text(),
                    .changes = changes_between(task_before, after, event.make_object()).to_text(),
                    .task = task_json(after)};
  if (task_before != nullptr) change.before = *task_before;
  return change;
}

TaskChange quarantine_change(const events::Envelope& envelope, const events::TaskState& task,
                             const events::Stream& stream) {
  events::JsonMemory memory;
  JsonMembers event(memory);
  event.put("taskId", task.id)
      .put("version", task.version)
      .put("type", envelope.type)
      .put("eventId", envelope.id)
      .put("actor", task.updated_by)
      .put("time", task.updated_at);
  return {.position = {},
          .positions = {},
          .before = task,
          .after = task,
          .event = event.to_text(),
          .changes = "{}",
          .task = task_json(task, stream.quarantine)};
}

std::string history_item(const events::RecordedEvent& recorded, const events::State& before,
                         const events::TaskState& after, events::Instant time, events::Position position) {
  events::JsonMemory memory;
  JsonMembers item(memory);
  item.put("version", recorded.version)
      .put("eventId", recorded.id)
      .put("type", type_of(recorded.event))
      .put("time", time)
      .put("actor", recorded.context.actor)
      .put_if("reason", reason_of(recorded.event))
      .put("changes", changes_between(std::get_if<events::TaskState>(&before), after, item.make_object()));
  JsonMembers place = item.make_object();
  place.put("partition", position.partition).put("offset", position.offset);
  return item.put("position", std::move(place)).to_text();
}

}  // namespace taskstream::projection
