#include "command-service/core/concerns.hpp"

namespace taskstream::command {

std::optional<events::UserId> user_concerned(const events::State& state) {
  if (const auto* email = std::get_if<events::EmailState>(&state)) return email->claimed_by;
  const auto* task = std::get_if<events::TaskState>(&state);
  if (task == nullptr || task->deleted) return std::nullopt;
  const bool is_closed = task->status == events::Status::Completed || task->status == events::Status::Cancelled;
  return is_closed ? std::nullopt : task->assignee_id;
}

}  // namespace taskstream::command
