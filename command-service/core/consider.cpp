#include "command-service/core/consider.hpp"

#include <algorithm>
#include <utility>

#include "command-service/core/conflict.hpp"

namespace taskstream::command {
namespace {

using events::TaskState;

Finding refusal(Result result) {
  return {.result = std::move(result)};
}
Finding final_answer(Result result) {
  return {.result = std::move(result), .is_final = true};
}

const TaskState* task_of(const StreamEntry* entry) {
  return entry != nullptr ? std::get_if<TaskState>(&entry->stream.state) : nullptr;
}

std::optional<Finding> check_key(const CommandRequest& request, const StreamEntry* entry) {
  if (!request.key || entry == nullptr) return std::nullopt;
  const RememberedCommand* first = entry->commands.find(request.actor, request.key->id);
  if (first == nullptr) return std::nullopt;
  if (first->hash != request.key->hash) return refusal(KeyReused());
  if (entry->stream.quarantine) return std::nullopt;  // the event may be parked here: the quarantine speaks
  const TaskState* task = task_of(entry);
  if (task == nullptr) return std::nullopt;
  return final_answer(
      Succeeded{.task = *task, .event_id = first->event_id, .event_version = first->version, .replayed = true});
}

std::optional<Finding> check_existence(const CommandRequest& request, const TaskState* task) {
  if (task != nullptr && task->deleted) return refusal(Rejection(TaskIsDeleted()));
  if (task == nullptr && !std::holds_alternative<CreateTask>(request.command))
    return refusal(Rejection(TaskIsMissing()));
  return std::nullopt;
}

// Whether the version is one that the request expects; or older, and the request can be made all the same.
enum class Match { Exact, Merging };

boost::system::result<Match, Finding> check_expectation(const CommandRequest& request, const StreamEntry* entry) {
  const Expectation& expectation = request.expectation;
  if (expectation.kind == Expectation::Kind::Required) return refusal(PreconditionRequired());
  const TaskState* task = task_of(entry);
  if (task == nullptr) return Match::Exact;
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
  if (std::ranges::find(expectation.versions, task->version) != expectation.versions.end()) return Match::Exact;
  VersionConflict conflict = explain_conflict(request, *entry);
  if (request.merge_conflicts && conflict.mergeable) return Match::Merging;
  const bool is_final = !request.merge_conflicts && conflict.expected && *conflict.expected < task->version;
  return Finding{.result = std::move(conflict), .is_final = is_final};
}

}  // namespace

Finding consider(const CommandRequest& request, const StreamEntry* entry, const DecisionContext& context) {
  if (auto finding = check_key(request, entry)) return *std::move(finding);
  if (entry != nullptr && entry->stream.quarantine) {
    return final_answer(StreamQuarantined{*entry->stream.quarantine});
  }
  const TaskState* task = task_of(entry);
  if (auto finding = check_existence(request, task)) return *std::move(finding);
  auto match = check_expectation(request, entry);
  if (!match) return match.error();
  if (request.values_unreadable) return refusal(Rejection(ValuesAreInvalid()));
  // An id that the service made is new, or its key would have been found above.
  const bool exists_already = task != nullptr && std::holds_alternative<CreateTask>(request.command);
  if (exists_already) return refusal(explain_conflict(request, *entry));

  Decision decision = decide(task, request.command, context);
  if (!decision) return refusal(decision.error());
  const bool merges = *match == Match::Merging;
  if (!*decision) return refusal(Succeeded{.task = *task, .merged = merges});
  return {.event = std::move(**decision), .merges = merges};
}

}  // namespace taskstream::command
