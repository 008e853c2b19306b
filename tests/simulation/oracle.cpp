#include "tests/simulation/oracle.hpp"

#include <algorithm>
#include <map>

#include "command-service/domain/decide_task.hpp"
#include "command-service/domain/task_changes.hpp"
#include "events/fold/fields.hpp"

namespace taskstream::simulation {
namespace {

using namespace command;

const TaskCommand& command_of(const CommandRequest& request) {
  return std::get<TaskCommand>(request.command);
}

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

// The last change of each field in the versions after `since`, up to `version`.
std::vector<FieldChange> changes(const std::vector<Version>& versions, std::int64_t since, std::size_t version) {
  std::map<events::Field, FieldChange> last;
  for (auto v = static_cast<std::size_t>(since) + 1; v <= version; ++v) {
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

VersionConflict conflict(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version) {
  const events::TaskState& task = *task_of(versions[version]);
  const auto& expected = request.expectation.versions;
  VersionConflict conflict{.current = task};
  if (!expected.empty()) conflict.expected = std::ranges::max(expected);
  if (!conflict.expected || conflict.expected->value == 0 || *conflict.expected >= task.version) return conflict;
  conflict.changes = changes(versions, conflict.expected->value, version);
  for (const events::Field field : fields_to_change(task, command_of(request))) {
    if (std::ranges::find(conflict.changes, field, &FieldChange::field) == conflict.changes.end()) continue;
    conflict.conflicting.push_back(field);
  }
  conflict.mergeable = std::holds_alternative<EditTask>(command_of(request)) && conflict.conflicting.empty();
  return conflict;
}

Expected refused(Result answer) {
  return {.answer = std::move(answer)};
}

// The domain's own: what the rules make of a command that has come so far.
Expected decided(const CommandRequest& request, const events::TaskState* task, events::Instant now, bool merges) {
  const auto decision =
      decide(task, command_of(request), {.now = now, .actor = request.actor, .assignee = Assignee::Unknown});
  if (!decision) return refused(decision.error());
  if (!*decision) return refused(Succeeded{.state = *task, .merged = merges});
  return {.event = **decision, .merges = merges};
}

}  // namespace

Expected expect(const CommandRequest& request, const std::vector<Version>& versions, std::size_t version,
                events::Instant now) {
  const Version& known = versions[version];
  const events::TaskState* task = task_of(known);
  const Version* first = find_key(request, versions, version);
  if (first != nullptr && first->key->command_hash != request.key->hash) return refused(KeyReused());
  if (known.after.quarantine) return refused(StreamQuarantined{*known.after.quarantine});
  if (first != nullptr)
    return refused(Succeeded{
        .state = *task, .event_id = first->event_id, .event_version = first->recorded->version, .replayed = true});
  const bool creates = std::holds_alternative<CreateTask>(request.command);
  if (task != nullptr && task->deleted) return refused(Rejection(TaskIsDeleted()));
  if (task == nullptr && !creates) return refused(Rejection(TaskIsMissing()));
  if (request.expectation.kind == Expectation::Kind::Required) return refused(PreconditionRequired());
  bool merges = false;
  if (task != nullptr && !is_met(request.expectation, *task)) {
    VersionConflict met = conflict(request, versions, version);
    merges = request.merge_conflicts && met.mergeable;
    if (!merges) return refused(std::move(met));
  }
  if (request.values_unreadable) return refused(Rejection(ValuesAreInvalid()));
  if (task != nullptr && creates) return refused(conflict(request, versions, version));
  return decided(request, task, now, merges);
}

Result expect_read(const std::vector<Version>& versions, std::size_t version) {
  const Version& known = versions[version];
  const events::TaskState* task = task_of(known);
  if (known.after.quarantine) return StreamQuarantined{*known.after.quarantine};
  if (task == nullptr) return Rejection(TaskIsMissing());
  if (task->deleted) return Rejection(TaskIsDeleted());
  return Succeeded{.state = *task};
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
