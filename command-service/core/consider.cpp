#include "command-service/core/consider.hpp"

#include <utility>

#include "command-service/core/conflict.hpp"
#include "command-service/domain/decide_task.hpp"
#include "command-service/domain/decide_user.hpp"
#include "command-service/domain/duty.hpp"
#include "command-service/domain/email_address.hpp"
#include "command-service/domain/reservation.hpp"

namespace taskstream::command {
namespace {

using events::EmailState;
using events::StreamVersion;
using events::TaskState;
using events::UserState;

Finding refusal(Result result) {
  return {.result = std::move(result)};
}
Finding final_answer(Result result) {
  return {.result = std::move(result), .is_final = true};
}

template <class State>
const State* state_of(const StreamEntry* entry) {
  return entry != nullptr ? std::get_if<State>(&entry->stream.state) : nullptr;
}

// A task or a user. What has been deleted is there all the same.
bool is_there(const StreamEntry* entry) {
  return entry != nullptr && !std::holds_alternative<std::monostate>(entry->stream.state);
}

StreamVersion version_of(const StreamEntry* entry) {
  return entry != nullptr ? entry->stream.version : StreamVersion();
}

bool creates(const Command& command) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) return std::holds_alternative<CreateTask>(*of_task);
  const auto* of_user = std::get_if<UserCommand>(&command);
  return of_user != nullptr && std::holds_alternative<RegisterUser>(*of_user);
}

// The asker may just have lost sight of what they are about to be told, and this replica has not heard.
bool may_lose_sight(const CommandRequest& request) {
  return request.asker.reach == Reach::OwnTasks && request.stream.kind() == "task";
}

// True also of a task that could never be read: nobody knows whose it is.
bool is_hidden_from(const Asker& asker, const events::StreamId& stream, const StreamEntry* entry) {
  if (entry == nullptr) return false;
  const bool is_unreadable = entry->stream.quarantine && !is_there(entry);
  if (is_unreadable) return stream.kind() == "task" && asker.reach == Reach::OwnTasks;
  return !may_see(asker, entry->stream.state);
}

// ---- what is asked of tasks and users alike

std::optional<Finding> check_key(const CommandRequest& request, const StreamEntry* entry) {
  if (!request.key || entry == nullptr) return std::nullopt;
  const RememberedCommand* first = entry->commands.find(request.asker.actor, request.key->id);
  if (first == nullptr) return std::nullopt;
  if (first->hash != request.key->hash) return refusal(KeyReused());
  if (entry->stream.quarantine) return std::nullopt;  // the event may be parked here: the quarantine speaks
  if (!is_there(entry)) return std::nullopt;
  return {{.result = Succeeded{.state = as_seen_by(request.asker, entry->stream.state),
                               .event_id = first->event_id,
                               .event_version = first->version,
                               .replayed = true},
           .is_final = !may_lose_sight(request)}};
}

// To those who may not see what is there it is as if nothing were. Only its id is taken.
std::optional<Finding> check_sight(const CommandRequest& request, const Basis& basis) {
  if (!is_hidden_from(request.asker, basis.stream, basis.own)) return std::nullopt;
  if (!creates(request.command)) return refusal(missing(basis.stream));
  if (request.expectation.kind == Expectation::Kind::Required) return refusal(PreconditionRequired());
  return refusal(VersionConflict{.expected = version_seen(request.expectation)});
}

// Its own stream stays in quarantine here, and nothing newer of it is folded. Of another stream's quarantine that is
// true as well, but what is asked may have been done or be refused for what has become of its own meanwhile.
std::optional<Finding> check_quarantine(const Basis& basis) {
  const auto is_quarantined = [](const StreamEntry* entry) { return entry != nullptr && entry->stream.quarantine; };
  if (is_quarantined(basis.own)) return final_answer(StreamQuarantined{*basis.own->stream.quarantine});
  if (is_quarantined(basis.other)) return refusal(StreamQuarantined{*basis.other->stream.quarantine});
  return std::nullopt;
}

std::optional<Finding> check_existence(const CommandRequest& request, const Basis& basis) {
  const auto* task = state_of<TaskState>(basis.own);
  if (task != nullptr && task->deleted) return refusal(Rejection(TaskIsDeleted()));
  if (is_there(basis.own) || creates(request.command)) return std::nullopt;
  return refusal(missing(basis.stream));
}

std::optional<Finding> check_permission(const CommandRequest& request, const StreamEntry* entry) {
  const auto* task = state_of<TaskState>(entry);
  if (task == nullptr || creates(request.command)) return std::nullopt;
  if (may_ask(request.asker, std::get<TaskCommand>(request.command), *task)) return std::nullopt;
  return refusal(Rejection(TaskMayOnlyBeClaimed()));
}

// Whether the version is one that the request expects; or holds what the sender has not seen, and the request can be
// made all the same.
enum class Match { Exact, Merging };

boost::system::result<Match, Finding> check_expectation(const CommandRequest& request, const StreamEntry* entry) {
  const Expectation& expectation = request.expectation;
  if (expectation.kind == Expectation::Kind::Required) return refusal(PreconditionRequired());
  if (!is_there(entry)) return Match::Exact;
  switch (expectation.kind) {
    case Expectation::Kind::Required:
    case Expectation::Kind::NotStated:
    case Expectation::Kind::Any:
      return Match::Exact;
    case Expectation::Kind::Absent:
      return refusal(explain_conflict(request, *entry));
    case Expectation::Kind::OneOf:
      break;
  }
  const StreamVersion version = entry->stream.version;
  const bool is_named = expectation.names(version);
  if (is_named && !expectation.unseen) return Match::Exact;
  VersionConflict conflict = explain_conflict(request, *entry);
  if ((request.merge_conflicts || is_named) && conflict.mergeable) return Match::Merging;
  const bool is_past = !request.merge_conflicts && conflict.expected && *conflict.expected < version;
  return Finding{.result = std::move(conflict), .is_final = is_past && !may_lose_sight(request)};
}

// ---- what is asked of the other stream

Assignee assignee_of(const StreamEntry* user_entry) {
  const auto* user = state_of<UserState>(user_entry);
  if (user == nullptr) return Assignee::Unknown;
  return user->active ? Assignee::Active : Assignee::Inactive;
}

const std::string* address_in(const events::Event& event) {
  if (const auto* registered = std::get_if<events::UserRegistered>(&event)) return &registered->email;
  const auto* edited = std::get_if<events::UserEdited>(&event);
  return edited != nullptr && edited->changes.email ? &*edited->changes.email : nullptr;
}

// The address is claimed before the event that uses it is appended. Nothing, when the event may be appended.
std::optional<Finding> check_reservation(const Basis& basis, const events::Event& event) {
  const std::string* address = address_in(event);
  if (address == nullptr) return std::nullopt;
  const auto* user = state_of<UserState>(basis.own);
  // In other letters it is the same address: who uses it holds it.
  if (user != nullptr && email_stream(user->email) == email_stream(*address)) return std::nullopt;
  const auto user_id = *events::UserId::parse(basis.stream.id());
  const StreamVersion next = version_of(basis.own).next();
  switch (reservation_of(state_of<EmailState>(basis.other), user_id, next)) {
    case Reservation::Held:
      return std::nullopt;
    case Reservation::ToBeClaimed:
      return Finding{.event = events::EmailClaimed{.user_id = user_id, .user_version = next}, .is_on_other = true};
    case Reservation::Taken:
      return refusal(Rejection(EmailIsTaken()));
    case Reservation::Unclear:
      return Finding{.result = Rejection(EmailIsTaken()), .needs_fresh_barrier = true};
  }
  return std::nullopt;
}

Finding consider_duty(const Basis& basis) {
  const auto nothing_to_do = [&] { return final_answer(Succeeded{.state = basis.own->stream.state}); };
  const UserStanding user{.version = version_of(basis.other), .state = state_of<UserState>(basis.other)};
  auto duty = find_duty(basis.stream, basis.own->stream.state, user);
  if (!duty) return nothing_to_do();
  return {.event = std::move(duty->event), .is_on_other = duty->is_on_user, .needs_fresh_barrier = true};
}

Decision decide(const Command& command, const Basis& basis, const DecisionContext& context) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) {
    return decide(state_of<TaskState>(basis.own), *of_task, context);
  }
  return decide(state_of<UserState>(basis.own), std::get<UserCommand>(command), context);
}

// ---- whom a command has to know beside its own stream

std::optional<events::UserId> assignee_in(const TaskCommand& command) {
  if (const auto* create = std::get_if<CreateTask>(&command)) return create->assignee_id;
  if (const auto* assign = std::get_if<AssignTask>(&command)) return assign->assignee_id;
  if (const auto* claim = std::get_if<ClaimTask>(&command)) return claim->user_id;
  return std::nullopt;
}

std::optional<std::string> address_in(const UserCommand& command) {
  if (const auto* registration = std::get_if<RegisterUser>(&command)) return registration->email;
  if (const auto* edit = std::get_if<EditUser>(&command)) return edit->changes.email;
  return std::nullopt;
}

std::optional<events::StreamId> stream_of(std::optional<events::UserId> user) {
  return user ? std::optional(events::StreamId::of(*user)) : std::nullopt;
}

}  // namespace

Result read_state(const ReadRequest& request, const StreamEntry* entry) {
  const events::StreamId& stream = request.stream;
  if (entry == nullptr || is_hidden_from(request.asker, stream, entry)) return missing(stream);
  if (entry->stream.quarantine) return StreamQuarantined{*entry->stream.quarantine};
  if (std::holds_alternative<std::monostate>(entry->stream.state)) return missing(stream);
  const auto* task = std::get_if<events::TaskState>(&entry->stream.state);
  if (task != nullptr && task->deleted) return Rejection(TaskIsDeleted());
  return Succeeded{.state = entry->stream.state};
}

Rejection missing(const events::StreamId& stream) {
  if (stream.kind() == "user") return UserIsMissing();
  return TaskIsMissing();
}

std::optional<events::StreamId> other_stream(const Command& command, const StreamEntry* own) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) return stream_of(assignee_in(*of_task));
  if (const auto* of_user = std::get_if<UserCommand>(&command)) {
    const auto address = address_in(*of_user);
    return address ? std::optional(email_stream(*address)) : std::nullopt;
  }
  return own != nullptr ? stream_of(user_concerned(own->stream.state)) : std::nullopt;
}

Finding consider(const CommandRequest& request, const Basis& basis, DecisionContext context) {
  if (auto finding = check_key(request, basis.own)) return *std::move(finding);
  if (auto finding = check_sight(request, basis)) return *std::move(finding);
  if (auto finding = check_quarantine(basis)) return *std::move(finding);
  if (std::holds_alternative<DoDuty>(request.command)) return consider_duty(basis);
  if (auto finding = check_existence(request, basis)) return *std::move(finding);
  if (auto finding = check_permission(request, basis.own)) return *std::move(finding);
  auto match = check_expectation(request, basis.own);
  if (!match) return match.error();
  if (request.values_unreadable) return refusal(Rejection(ValuesAreInvalid()));
  // An id that the service made is new, or its key would have been found above.
  if (is_there(basis.own) && creates(request.command)) return refusal(explain_conflict(request, *basis.own));

  context.assignee = assignee_of(basis.other);
  Decision decision = decide(request.command, basis, context);
  if (!decision) return refusal(decision.error());
  const bool merges = *match == Match::Merging;
  if (!*decision) return refusal(Succeeded{.state = basis.own->stream.state, .merged = merges});
  if (auto finding = check_reservation(basis, **decision)) return *std::move(finding);
  return {.event = std::move(**decision), .merges = merges};
}

}  // namespace taskstream::command
