#include "tests/simulation/oracle.hpp"

#include <algorithm>

#include "command-service/domain/decide_task.hpp"

namespace taskstream::simulation {
namespace {

using namespace command;

const events::TaskState* task_of(const Version& version) {
  return std::get_if<events::TaskState>(&version.after.state);
}

// What the key did, in the versions up to this one.
const Version* find_key(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version) {
  if (!request.key) return nullptr;
  for (std::size_t v = version; v > 0; --v) {
    const auto& key = versions[v].key;
    if (key && key->actor == request.actor && key->command_id == request.key->id) return &versions[v];
  }
  return nullptr;
}

bool is_met(const Expectation& expectation, const events::TaskState& task) {
  switch (expectation.kind) {
    case Expectation::Kind::NotStated:
    case Expectation::Kind::Any:
      return true;
    case Expectation::Kind::Required:
    case Expectation::Kind::Absent:
      return false;
    case Expectation::Kind::OneOf:
      return std::ranges::find(expectation.versions, task.version) != expectation.versions.end();
  }
  return false;
}

std::optional<events::StreamVersion> highest(const std::vector<events::StreamVersion>& versions) {
  return versions.empty() ? std::nullopt : std::optional(std::ranges::max(versions));
}

Expected refused(Result answer) {
  return {.answer = std::move(answer)};
}

// The domain's own: what the rules make of a command that has come so far.
Expected decided(const CommandRequest& request, const events::TaskState* task, events::Instant now) {
  const auto decision = decide(task, request.command, {.now = now, .actor = request.actor});
  if (!decision) return refused(decision.error());
  if (!*decision) return refused(Succeeded{.task = *task});
  return {.event = **decision};
}

}  // namespace

Expected expect(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version,
                events::Instant now) {
  const Version& known = versions[version];
  const events::TaskState* task = task_of(known);
  const Version* first = find_key(request, versions, version);
  if (first != nullptr && first->key->command_hash != request.key->hash) return refused(KeyReused());
  if (known.after.quarantine) return refused(StreamQuarantined{*known.after.quarantine});
  if (first != nullptr) return refused(Succeeded{.task = *task, .event_id = first->event_id, .replayed = true});
  const bool creates = std::holds_alternative<CreateTask>(request.command);
  if (task != nullptr && task->deleted) return refused(Rejection(TaskIsDeleted()));
  if (task == nullptr && !creates) return refused(Rejection(TaskIsMissing()));
  if (request.expectation.kind == Expectation::Kind::Required) return refused(PreconditionRequired());
  if (task != nullptr && !is_met(request.expectation, *task)) {
    return refused(VersionConflict{.expected = highest(request.expectation.versions), .current = *task});
  }
  if (request.values_unreadable) return refused(Rejection(ValuesAreInvalid()));
  if (task != nullptr && creates) return refused(VersionConflict{.expected = std::nullopt, .current = *task});
  return decided(request, task, now);
}

Result expect_read(const std::vector<Version>& versions, std::size_t version) {
  const Version& known = versions[version];
  const events::TaskState* task = task_of(known);
  if (known.after.quarantine) return StreamQuarantined{*known.after.quarantine};
  if (task == nullptr) return Rejection(TaskIsMissing());
  if (task->deleted) return Rejection(TaskIsDeleted());
  return Succeeded{.task = *task};
}

bool same(const Result& a, const Result& b) {
  if (a.index() != b.index()) return false;
  if (const auto* succeeded = std::get_if<Succeeded>(&a)) {
    const auto& other = std::get<Succeeded>(b);
    return succeeded->task == other.task && succeeded->event_id == other.event_id &&
           succeeded->replayed == other.replayed;
  }
  if (const auto* conflict = std::get_if<VersionConflict>(&a)) {
    const auto& other = std::get<VersionConflict>(b);
    return conflict->expected == other.expected && conflict->current == other.current;
  }
  if (const auto* rejection = std::get_if<Rejection>(&a)) return rejection->index() == std::get<Rejection>(b).index();
  if (const auto* quarantined = std::get_if<StreamQuarantined>(&a)) {
    return quarantined->quarantine == std::get<StreamQuarantined>(b).quarantine;
  }
  return true;
}

}  // namespace taskstream::simulation
