#include "projection-service/readmodel/derived_columns.hpp"

#include <tuple>

namespace taskstream::projection {
namespace {

// Between texts: no word goes across it.
constexpr char kGap = '\n';

auto searched_parts(const events::TaskState& task) {
  return std::tie(task.title, task.description, task.tags, task.deleted);
}
auto searched_parts(const events::UserState& user) {
  return std::tie(user.first_name, user.last_name, user.email);
}

}  // namespace

std::optional<events::Instant> reminder_of(const events::TaskState& task) {
  if (!task.due_date || !task.warning_offset_minutes) return std::nullopt;
  return *task.due_date - std::chrono::minutes(*task.warning_offset_minutes);
}

std::optional<events::Instant> lock_end_of(const events::TaskState& task) {
  return task.lock ? std::optional(task.lock->expires_at) : std::nullopt;
}

std::string sort_name_of(const events::UserState& user) {
  return user.last_name + '\x01' + user.first_name;
}

std::optional<std::string> searched_text(const events::State& state) {
  if (const auto* user = std::get_if<events::UserState>(&state)) {
    return user->first_name + kGap + user->last_name + kGap + user->email;
  }
  const auto* task = std::get_if<events::TaskState>(&state);
  if (task == nullptr || task->deleted) return std::nullopt;
  std::string text = task->title;
  if (task->description) text += kGap + *task->description;
  for (const std::string& tag : task->tags) text += kGap + tag;
  return text;
}

bool have_same_text(const events::State& one, const events::State& other) {
  const auto same = []<class Kind>(const Kind* a, const Kind* b) {
    return a != nullptr && b != nullptr && searched_parts(*a) == searched_parts(*b);
  };
  return same(std::get_if<events::TaskState>(&one), std::get_if<events::TaskState>(&other)) ||
         same(std::get_if<events::UserState>(&one), std::get_if<events::UserState>(&other)) ||
         (!searched_text(one) && !searched_text(other));
}

}  // namespace taskstream::projection
