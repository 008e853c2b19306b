#include "command-service/core/conflict.hpp"

#include <algorithm>
#include <iterator>

#include "command-service/domain/task_changes.hpp"
#include "command-service/domain/user_changes.hpp"

namespace taskstream::command {
namespace {

using events::Field;
using events::StreamVersion;

std::vector<Field> changed_on_both_sides(const std::vector<FieldChange>& changes, std::vector<Field> wanted) {
  std::erase_if(wanted,
                [&](Field field) { return std::ranges::find(changes, field, &FieldChange::field) == changes.end(); });
  return wanted;
}

std::vector<Field> fields_to_change(const events::State& state, const Command& command) {
  if (const auto* task = std::get_if<events::TaskState>(&state)) {
    return fields_to_change(*task, std::get<TaskCommand>(command));
  }
  return fields_to_change(std::get<events::UserState>(state), std::get<UserCommand>(command));
}

bool is_edit(const Command& command) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) return std::holds_alternative<EditTask>(*of_task);
  const auto* of_user = std::get_if<UserCommand>(&command);
  return of_user != nullptr && std::holds_alternative<EditUser>(*of_user);
}

bool deletes(const Command& command) {
  const auto* of_task = std::get_if<TaskCommand>(&command);
  return of_task != nullptr && std::holds_alternative<DeleteTask>(*of_task);
}

// Beside changes of other fields goes an edit, wherever its sender lets it be merged; and what comes right after the
// last of its own batch, unless it puts an end to all of them.
bool can_be_beside_others(const CommandRequest& request, StreamVersion current) {
  if (is_edit(request.command)) return true;
  const Expectation& expectation = request.expectation;
  return expectation.unseen && expectation.names(current) && !deletes(request.command);
}

void leave_out(std::vector<FieldChange>& changes, const std::vector<StreamVersion>& own) {
  std::erase_if(changes, [&](const FieldChange& c) { return std::ranges::find(own, c.version) != own.end(); });
}

}  // namespace

std::optional<StreamVersion> version_seen(const Expectation& expectation) {
  if (expectation.unseen) return expectation.unseen->seen;
  const auto found = std::ranges::max_element(expectation.versions);
  return found != expectation.versions.end() ? std::optional(*found) : std::nullopt;
}

VersionConflict explain_conflict(const CommandRequest& request, const StreamEntry& entry) {
  const events::State& state = entry.stream.state;
  VersionConflict conflict{.expected = version_seen(request.expectation), .current = state};
  const bool names_a_past_version =
      conflict.expected && conflict.expected->value > 0 && *conflict.expected < entry.stream.version;
  if (!names_a_past_version) return conflict;
  conflict.changes = entry.last_changes.since(*conflict.expected);
  if (request.expectation.unseen) leave_out(conflict.changes, request.expectation.unseen->own);
  conflict.conflicting = changed_on_both_sides(conflict.changes, fields_to_change(state, request.command));
  conflict.mergeable = conflict.conflicting.empty() && can_be_beside_others(request, entry.stream.version);
  return conflict;
}

}  // namespace taskstream::command
