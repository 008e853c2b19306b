#include "command-service/domain/duty.hpp"

#include "command-service/domain/email_address.hpp"
#include "command-service/domain/transitions.hpp"

namespace taskstream::command {
namespace {

using events::EmailState;
using events::TaskState;

std::optional<Duty> duty_of(const TaskState& task, const UserStanding& user) {
  const bool is_inactive = user.state != nullptr && !user.state->active;
  if (!is_inactive) return std::nullopt;
  return Duty{.event = events::TaskUnassigned{.previous_assignee_id = *task.assignee_id,
                                              .reason = "the assignee was deactivated"}};
}

std::optional<Duty> duty_of(const events::StreamId& id, const EmailState& claim, const UserStanding& user) {
  const bool is_fulfilled = user.version >= claim.user_version;
  if (!is_fulfilled) {
    // A claim for a version that is further off stands for nothing that anybody could be about to append.
    if (user.version.next() != claim.user_version) return std::nullopt;
    return Duty{.event = events::UserClaimLapsed{.email_hash = std::string(id.id())}, .is_on_user = true};
  }
  if (user.state != nullptr && email_stream(user.state->email) == id) return std::nullopt;
  return Duty{.event = events::EmailReleased{.user_id = *claim.claimed_by, .user_version = claim.user_version}};
}

}  // namespace

std::optional<events::UserId> user_concerned(const events::State& state) {
  if (const auto* task = std::get_if<TaskState>(&state)) {
    const bool is_open = !task->deleted && !is_closed(task->status);
    return is_open ? task->assignee_id : std::nullopt;
  }
  if (const auto* claim = std::get_if<EmailState>(&state)) return claim->claimed_by;
  return std::nullopt;
}

std::optional<Duty> find_duty(const events::StreamId& id, const events::State& state, const UserStanding& user) {
  if (!user_concerned(state)) return std::nullopt;
  if (const auto* task = std::get_if<TaskState>(&state)) return duty_of(*task, user);
  return duty_of(id, std::get<EmailState>(state), user);
}

}  // namespace taskstream::command
