#include "tests/simulation/oracle.hpp"

#include <algorithm>
#include <map>

#include "command-service/domain/decide_task.hpp"
#include "command-service/domain/decide_user.hpp"
#include "command-service/domain/email_address.hpp"
#include "command-service/domain/task_changes.hpp"
#include "command-service/domain/user_changes.hpp"
#include "events/fold/fields.hpp"

namespace taskstream::simulation {
namespace {

using namespace command;

const events::TaskState* task_in(const events::State& state) {
  return std::get_if<events::TaskState>(&state);
}
const events::UserState* user_in(const events::State& state) {
  return std::get_if<events::UserState>(&state);
}
bool is_there(const events::State& state) {
  return task_in(state) != nullptr || user_in(state) != nullptr;
}

const TaskCommand* task_command(const CommandRequest& request) {
  return std::get_if<TaskCommand>(&request.command);
}
const UserCommand& user_command(const CommandRequest& request) {
  return std::get<UserCommand>(request.command);
}

bool creates(const CommandRequest& request) {
  if (const auto* command = task_command(request)) return std::holds_alternative<CreateTask>(*command);
  return std::holds_alternative<RegisterUser>(user_command(request));
}
bool edits(const CommandRequest& request) {
  if (const auto* command = task_command(request)) return std::holds_alternative<EditTask>(*command);
  return std::holds_alternative<EditUser>(user_command(request));
}

// ---- whose task it is

bool is_of(const Asker& asker, const events::TaskState& task) {
  if (task.created_by == asker.actor) return true;
  return task.assignee_id && task.assignee_id->to_string() == asker.actor;
}
bool is_anybodys(const events::TaskState& task) {
  const bool is_closed = task.status == events::Status::Completed || task.status == events::Status::Cancelled;
  return !task.assignee_id && !is_closed;
}

// A task that could never be read is nobody's whom it could be shown to.
bool is_hidden(const CommandRequest& request, const Version& known) {
  if (known.after.quarantine && !is_there(known.after.state)) {
    return request.asker.reach == Reach::OwnTasks && request.stream.kind() == "task";
  }
  return !sees(request.asker, known.after.state);
}

// Who may only see the task may only claim it.
bool is_forbidden(const CommandRequest& request, const events::State& state) {
  const auto* task = task_in(state);
  if (task == nullptr || creates(request) || request.asker.reach != Reach::OwnTasks) return false;
  return !is_of(request.asker, *task) && !std::holds_alternative<ClaimTask>(*task_command(request));
}

// What the key did, in the versions up to this one.
const Version* find_key(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version) {
  if (!request.key) return nullptr;
  for (std::size_t v = version; v > 0; --v) {
    const auto& key = versions[v].key;
    if (key && key->actor == request.asker.actor && key->command_id == request.key->id) return &versions[v];
  }
  return nullptr;
}

bool names(const Expectation& expectation, events::StreamVersion version) {
  return std::ranges::find(expectation.versions, version) != expectation.versions.end();
}

bool is_met(const Expectation& expectation, events::StreamVersion version) {
  switch (expectation.kind) {
    case Expectation::Kind::NotStated:
    case Expectation::Kind::Any:
      return true;
    case Expectation::Kind::Required:
    case Expectation::Kind::Absent:
      return false;
    case Expectation::Kind::OneOf:
      return names(expectation, version) && !expectation.unseen;
  }
  return false;
}

// The last change of each field in the versions after `since`, up to `version`, but for those that the sender made.
std::vector<FieldChange> changes(const std::vector<Version>& versions, std::int64_t since, std::size_t version,
                                 const std::vector<events::StreamVersion>& own) {
  std::map<events::Field, FieldChange> last;
  for (auto v = static_cast<std::size_t>(since) + 1; v <= version; ++v) {
    if (std::ranges::find(own, events::StreamVersion{static_cast<std::int64_t>(v)}) != own.end()) continue;
    const events::RecordedEvent& recorded = *versions[v].recorded;
    for (const events::Field field : events::fields_changed_by(recorded.event)) {
      last[field] = {.field = field,
                     .version = recorded.version,
                     .actor = recorded.context.actor,
                     .time = *versions[v].after.last_time};
    }
  }
  std::vector<FieldChange> all;
  for (const auto& [field, change] : last) all.push_back(change);
  return all;
}

std::vector<events::Field> wanted_fields(const CommandRequest& request, const events::State& state) {
  if (const auto* command = task_command(request)) return fields_to_change(*task_in(state), *command);
  return fields_to_change(*user_in(state), user_command(request));
}

// An edit; and of a batch that goes on from its own last version, whatever deletes nothing.
bool bears_others(const CommandRequest& request, events::StreamVersion version) {
  if (edits(request)) return true;
  const auto* command = task_command(request);
  if (command != nullptr && std::holds_alternative<DeleteTask>(*command)) return false;
  return request.expectation.unseen && names(request.expectation, version);
}

VersionConflict conflict(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version) {
  const events::State& state = versions[version].after.state;
  const auto& expected = request.expectation.versions;
  VersionConflict conflict{.current = state};
  const auto& unseen = request.expectation.unseen;
  if (!expected.empty()) conflict.expected = unseen ? unseen->seen : std::ranges::max(expected);
  const bool is_past = conflict.expected && *conflict.expected < versions[version].after.version;
  if (!is_past || conflict.expected->value == 0) return conflict;
  conflict.changes =
      changes(versions, conflict.expected->value, version, unseen ? unseen->own : std::vector<events::StreamVersion>());
  for (const events::Field field : wanted_fields(request, state)) {
    if (std::ranges::find(conflict.changes, field, &FieldChange::field) == conflict.changes.end()) continue;
    conflict.conflicting.push_back(field);
  }
  conflict.mergeable = conflict.conflicting.empty() && bears_others(request, versions[version].after.version);
  return conflict;
}

Expected refused(Result answer) {
  return {.answer = std::move(answer)};
}

Assignee assignee(const Version* user_version) {
  const auto* user = user_version != nullptr ? user_in(user_version->after.state) : nullptr;
  if (user == nullptr) return Assignee::Unknown;
  return user->active ? Assignee::Active : Assignee::Inactive;
}

std::optional<std::string> address_in(const UserCommand& command) {
  if (const auto* registration = std::get_if<RegisterUser>(&command)) return registration->email;
  if (const auto* edit = std::get_if<EditUser>(&command)) return edit->changes.email;
  return std::nullopt;
}

// An address that the user does not use yet must be claimed, for exactly the version that is to be made.
Expected reserved(const CommandRequest& request, const Stand& stand, Expected expected) {
  const auto* user = user_in(stand.versions[stand.version].after.state);
  const auto address = address_in(user_command(request));
  if (!address || (user != nullptr && email_stream(user->email) == email_stream(*address))) return expected;
  const auto* claim = std::get_if<events::EmailState>(&stand.other->after.state);
  if (claim == nullptr || !claim->claimed_by) return {};
  const bool is_own = events::StreamId::of(*claim->claimed_by) == request.stream;
  if (!is_own) return refused(Rejection(EmailIsTaken()));
  const auto next = stand.versions[stand.version].after.version.next();
  if (claim->user_version > next && stand.follows_a_loss) return refused(Rejection(EmailIsTaken()));
  return claim->user_version == next ? expected : Expected();
}

// The domain's own: what the rules make of a command that has come so far.
Expected decided(const CommandRequest& request, const Stand& stand, events::Instant now, bool merges) {
  const events::State& state = stand.versions[stand.version].after.state;
  const DecisionContext context{.now = now, .asker = request.asker, .assignee = assignee(stand.other)};
  const auto* of_task = task_command(request);
  const Decision decision = of_task != nullptr ? decide(task_in(state), *of_task, context)
                                               : decide(user_in(state), user_command(request), context);
  if (!decision) return refused(decision.error());
  if (!*decision) return refused(Succeeded{.state = state, .merged = merges});
  Expected expected{.event = **decision, .merges = merges};
  return of_task != nullptr ? expected : reserved(request, stand, std::move(expected));
}

Rejection missing_on(const events::StreamId& stream) {
  if (stream.kind() == "task") return TaskIsMissing();
  return UserIsMissing();
}

}  // namespace

std::optional<events::StreamId> other_stream(const CommandRequest& request) {
  const auto* command = task_command(request);
  if (command == nullptr) {
    const auto address = address_in(user_command(request));
    return address ? std::optional(email_stream(*address)) : std::nullopt;
  }
  std::optional<events::UserId> user;
  if (const auto* create = std::get_if<CreateTask>(command)) user = create->assignee_id;
  if (const auto* assign = std::get_if<AssignTask>(command)) user = assign->assignee_id;
  if (const auto* claim = std::get_if<ClaimTask>(command)) user = claim->user_id;
  return user ? std::optional(events::StreamId::of(*user)) : std::nullopt;
}

Expected expect(const CommandRequest& request, const Stand& stand, events::Instant now) {
  const auto& versions = stand.versions;
  const std::size_t version = stand.version;
  const Version* other = stand.other;
  const Version& known = versions[version];
  const events::State& state = known.after.state;
  const Version* first = find_key(request, versions, version);
  if (first != nullptr && first->key->command_hash != request.key->hash) return refused(KeyReused());
  if (first != nullptr && !known.after.quarantine) {
    return refused(Succeeded{.state = sees(request.asker, state) ? state : events::State(),
                             .event_id = first->event_id,
                             .event_version = first->recorded->version,
                             .replayed = true});
  }
  if (is_hidden(request, known)) {
    if (!creates(request)) return refused(missing_on(request.stream));
    if (request.expectation.kind == Expectation::Kind::Required) return refused(PreconditionRequired());
    const auto& expected = request.expectation.versions;
    auto highest = expected.empty() ? std::nullopt : std::optional(std::ranges::max(expected));
    if (request.expectation.unseen) highest = request.expectation.unseen->seen;
    return refused(VersionConflict{.expected = highest});
  }
  if (known.after.quarantine) return refused(StreamQuarantined{*known.after.quarantine});
  if (other != nullptr && other->after.quarantine) return refused(StreamQuarantined{*other->after.quarantine});
  if (events::is_deleted(state)) return refused(Rejection(TaskIsDeleted()));
  if (!is_there(state) && !creates(request)) return refused(missing_on(request.stream));
  if (is_forbidden(request, state)) return refused(Rejection(TaskMayOnlyBeClaimed()));
  if (request.expectation.kind == Expectation::Kind::Required) return refused(PreconditionRequired());
  bool merges = false;
  if (is_there(state) && !is_met(request.expectation, known.after.version)) {
    VersionConflict met = conflict(request, versions, version);
    const bool goes_on = request.expectation.unseen && names(request.expectation, known.after.version);
    merges = (request.merge_conflicts || goes_on) && met.mergeable;
    if (!merges) return refused(std::move(met));
  }
  if (request.values_unreadable) return refused(Rejection(ValuesAreInvalid()));
  if (is_there(state) && creates(request)) return refused(conflict(request, versions, version));
  return decided(request, stand, now, merges);
}

Result expect_read(const CommandRequest& request, const Version& known) {
  const events::StreamId& stream = request.stream;
  const events::State& state = known.after.state;
  if (is_hidden(request, known)) return missing_on(stream);
  if (known.after.quarantine) return StreamQuarantined{*known.after.quarantine};
  if (!is_there(state)) return missing_on(stream);
  if (events::is_deleted(state)) return Rejection(TaskIsDeleted());
  return Succeeded{.state = state};
}

bool sees(const Asker& asker, const events::State& state) {
  const auto* task = task_in(state);
  return task == nullptr || asker.reach != Reach::OwnTasks || is_of(asker, *task) || is_anybodys(*task);
}

bool same(const Result& a, const Result& b) {
  if (a.index() != b.index()) return false;
  if (const auto* succeeded = std::get_if<Succeeded>(&a)) {
    const auto& other = std::get<Succeeded>(b);
    return succeeded->state == other.state && succeeded->event_id == other.event_id &&
           succeeded->event_version == other.event_version && succeeded->replayed == other.replayed &&
           succeeded->merged == other.merged;
  }
  if (const auto* conflict = std::get_if<VersionConflict>(&a)) {
    const auto& other = std::get<VersionConflict>(b);
    return conflict->expected == other.expected && conflict->current == other.current &&
           conflict->changes == other.changes && conflict->conflicting == other.conflicting &&
           conflict->mergeable == other.mergeable;
  }
  if (const auto* rejection = std::get_if<Rejection>(&a)) return rejection->index() == std::get<Rejection>(b).index();
  if (const auto* quarantined = std::get_if<StreamQuarantined>(&a)) {
    return quarantined->quarantine == std::get<StreamQuarantined>(b).quarantine;
  }
  return true;
}

}  // namespace taskstream::simulation
