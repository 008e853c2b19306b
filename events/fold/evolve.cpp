#include "events/fold/evolve.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::events {
namespace {

using Evolved = boost::system::result<State, Unfoldable>;

// Applies one event to the state it was accepted on. One overload for each event; the variants' product is resolved in
// evolve(), so an overload sees only a state that exists.
struct TaskEvolution {
  TaskState& task;

  void operator()(const TaskEdited& e) {
    const TaskChanges& changes = e.changes;
    if (changes.title) task.title = *changes.title;
    if (changes.description) task.description = *changes.description;
    if (changes.priority) task.priority = *changes.priority;
    if (changes.tags) task.tags = *changes.tags;
    if (changes.due_date) task.due_date = *changes.due_date;
    if (changes.warning_offset_minutes) task.warning_offset_minutes = *changes.warning_offset_minutes;
  }
  void operator()(const TaskStatusChanged& e) { task.status = e.to; }
  void operator()(const TaskAssigned& e) { task.assignee_id = e.assignee_id; }
  void operator()(const TaskUnassigned&) { task.assignee_id.reset(); }
  void operator()(const TaskLocked& e) {
    task.lock =
        TaskLock{.holder = e.holder, .since = e.since, .expires_at = e.expires_at, .fencing_token = e.fencing_token};
  }
  void operator()(const TaskUnlocked&) { task.lock.reset(); }
  void operator()(const TaskDeleted&) {
    task.deleted = true;
    task.lock.reset();
  }
};

struct UserEvolution {
  UserState& user;

  void operator()(const UserEdited& e) {
    if (e.changes.first_name) user.first_name = *e.changes.first_name;
    if (e.changes.last_name) user.last_name = *e.changes.last_name;
    if (e.changes.email) user.email = *e.changes.email;
  }
  void operator()(const UserDeactivated&) { user.active = false; }
  void operator()(const UserReactivated&) { user.active = true; }
  void operator()(const UserClaimLapsed&) {}
};

TaskState create(const TaskCreated& e, const RecordedEvent& recorded) {
  return {.id = *TaskId::parse(recorded.stream.id()),
          .title = e.title,
          .description = e.description,
          .status = e.status,
          .priority = e.priority,
          .tags = e.tags,
          .assignee_id = e.assignee_id,
          .due_date = e.due_date,
          .warning_offset_minutes = e.warning_offset_minutes,
          .version = recorded.version,
          .created_at = recorded.context.time,
          .created_by = recorded.context.actor,
          .updated_at = recorded.context.time,
          .updated_by = recorded.context.actor};
}

UserState create(const UserRegistered& e, const RecordedEvent& recorded) {
  return {.id = *UserId::parse(recorded.stream.id()),
          .first_name = e.first_name,
          .last_name = e.last_name,
          .email = e.email,
          .version = recorded.version,
          .created_at = recorded.context.time,
          .updated_at = recorded.context.time};
}

Unfoldable misplaced(const RecordedEvent& recorded, std::string_view why) {
  return {std::string(type_of(recorded.event)) + " at version " + std::to_string(recorded.version.value) + ": " +
          std::string(why)};
}

// A creation opens a stream: it stands at a version where nothing exists yet. (Not only at version 1: an accepted event
// that a newer release wrote may have taken that.)
template <class Created>
Evolved open(const State& state, const Created& e, const RecordedEvent& recorded) {
  if (!std::holds_alternative<std::monostate>(state)) return misplaced(recorded, "it already exists");
  if (!Uuid::parse(recorded.stream.id())) return misplaced(recorded, "the stream's id is not a UUID");
  return State(create(e, recorded));
}

struct Evolution {
  const State& state;
  const RecordedEvent& recorded;

  Evolved operator()(const TaskCreated& e) const { return open(state, e, recorded); }
  Evolved operator()(const UserRegistered& e) const { return open(state, e, recorded); }
  Evolved operator()(const EmailClaimed& e) const {
    return State(EmailState{.claimed_by = e.user_id, .user_version = e.user_version});
  }
  Evolved operator()(const EmailReleased& e) const {
    return State(EmailState{.claimed_by = std::nullopt, .user_version = e.user_version});
  }
  // The claim of a registration that never came lapses where there is no user: it takes its version, and leaves
  // nothing.
  Evolved operator()(const UserClaimLapsed& e) const {
    return std::holds_alternative<std::monostate>(state) ? Evolved(state) : operator()<UserClaimLapsed>(e);
  }
  Evolved operator()(const LogOpened&) const { return state; }
  Evolved operator()(const LogBarrier&) const { return state; }

  template <class Change>
    requires std::invocable<TaskEvolution, const Change&>
  Evolved operator()(const Change& e) const {
    const auto* task = std::get_if<TaskState>(&state);
    if (task == nullptr) return misplaced(recorded, "there is no task to change");
    TaskState next = *task;
    TaskEvolution{next}(e);
    next.version = recorded.version;
    next.updated_at = std::max(task->updated_at, recorded.context.time);
    next.updated_by = recorded.context.actor;
    return State(std::move(next));
  }

  template <class Change>
    requires std::invocable<UserEvolution, const Change&>
  Evolved operator()(const Change& e) const {
    const auto* user = std::get_if<UserState>(&state);
    if (user == nullptr) return misplaced(recorded, "there is no user to change");
    UserState next = *user;
    UserEvolution{next}(e);
    next.version = recorded.version;
    next.updated_at = std::max(user->updated_at, recorded.context.time);
    return State(std::move(next));
  }
};

}  // namespace

StreamVersion version_of(const State& state) {
  if (const auto* task = std::get_if<TaskState>(&state)) return task->version;
  const auto* user = std::get_if<UserState>(&state);
  return user != nullptr ? user->version : StreamVersion();
}

bool is_deleted(const State& state) {
  const auto* task = std::get_if<TaskState>(&state);
  return task != nullptr && task->deleted;
}

Evolved evolve(const State& state, const RecordedEvent& recorded) {
  return std::visit(Evolution{.state = state, .recorded = recorded}, recorded.event);
}

}  // namespace taskstream::events
