#include "command-service/core/conflict.hpp"

#include <algorithm>
#include <iterator>

#include "command-service/domain/task_changes.hpp"

namespace taskstream::command {
namespace {

using events::StreamVersion;
using events::TaskField;

std::vector<TaskField> changed_on_both_sides(const std::vector<FieldChange>& changes, std::vector<TaskField> wanted) {
  std::erase_if(
      wanted, [&](TaskField field) { return std::ranges::find(changes, field, &FieldChange::field) == changes.end(); });
  return wanted;
}

}  // namespace

std::optional<StreamVersion> highest(const Expectation& expectation) {
  const auto found = std::ranges::max_element(expectation.versions);
  return found != expectation.versions.end() ? std::optional(*found) : std::nullopt;
}

VersionConflict explain_conflict(const CommandRequest& request, const StreamEntry& entry) {
  const auto& task = std::get<events::TaskState>(entry.stream.state);
  VersionConflict conflict{.expected = highest(request.expectation), .current = task};
  const bool names_a_past_version =
      conflict.expected && conflict.expected->value > 0 && *conflict.expected < task.version;
  if (!names_a_past_version) return conflict;
  conflict.changes = entry.last_changes.since(*conflict.expected);
  conflict.conflicting = changed_on_both_sides(conflict.changes, fields_to_change(task, request.command));
  conflict.mergeable = std::holds_alternative<EditTask>(request.command) && conflict.conflicting.empty();
  return conflict;
}

}  // namespace taskstream::command
