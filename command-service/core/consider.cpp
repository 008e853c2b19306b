#include "command-service/core/consider.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::command {
namespace {

using events::StreamVersion;
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
  return final_answer(Succeeded{.task = *task, .event_id = first->event_id, .replayed = true});
}

std::optional<Finding> check_existence(const CommandRequest& request, const TaskState* task) {
  if (task != nullptr && task->deleted) return refusal(Rejection(TaskIsDeleted()));
  if (task == nullptr && !std::holds_alternative<CreateTask>(request.command))
    return refusal(Rejection(TaskIsMissing()));
  return std::nullopt;
}

std::optional<StreamVersion> highest(const std::vector<StreamVersion>& versions) {
  const auto found = std::ranges::max_element(versions);
  return found != versions.end() ? std::optional(*found) : std::nullopt;
}

std::optional<Finding> check_expectation(const Expectation& expectation, const TaskState* task) {
  if (expectation.kind == Expectation::Kind::Required) return refusal(PreconditionRequired());
  if (task == nullptr) return std::nullopt;
  switch (expectation.kind) {
    case Expectation::Kind::Required:
    case Expectation::Kind::NotStated:
    case Expectation::Kind::Any:
      return std::nullopt;
    case Expectation::Kind::Absent:
      return refusal(VersionConflict{.expected = std::nullopt, .current = *task});
    case Expectation::Kind::OneOf:
      break;
  }
  if (std::ranges::find(expectation.versions, task->version) != expectation.versions.end()) return std::nullopt;
  const std::optional<StreamVersion> expected = highest(expectation.versions);
  return Finding{.result = VersionConflict{.expected = expected, .current = *task},
                 .is_final = expected && *expected < task->version};
}

}  // namespace

Finding consider(const CommandRequest& request, const StreamEntry* entry, const DecisionContext& context) {
  if (auto finding = check_key(request, entry)) return *std::move(finding);
  if (entry != nullptr && entry->stream.quarantine) {
    return final_answer(StreamQuarantined{*entry->stream.quarantine});
  }
  const TaskState* task = task_of(entry);
  if (auto finding = check_existence(request, task)) return *std::move(finding);
  if (auto finding = check_expectation(request.expectation, task)) return *std::move(finding);
  if (request.values_unreadable) return refusal(Rejection(ValuesAreInvalid()));
  // An id that the service made is new, or its key would have been found above.
  const bool exists_already = task != nullptr && std::holds_alternative<CreateTask>(request.command);
  if (exists_already) return refusal(VersionConflict{.expected = std::nullopt, .current = *task});

  Decision decision = decide(task, request.command, context);
  if (!decision) return refusal(decision.error());
  if (!*decision) return refusal(Succeeded{.task = *task});
  return {.event = std::move(**decision)};
}

}  // namespace taskstream::command
