#include "tests/projection/naive_model.hpp"

#include <algorithm>
#include <tuple>

namespace taskstream::projection::testing {
namespace {

using events::TaskState;
using events::UserState;

// The words that the tests use and that ASCII alone cannot fold.
const std::map<std::string, std::string>& foldings() {
  static const std::map<std::string, std::string> foldings = {
      {"guidé", "guide"}, {"Ärger", "arger"}, {"naïve", "naive"}, {"İstanbul", "istanbul"}};
  return foldings;
}

std::string folded(const std::string& word) {
  const auto known = foldings().find(word);
  if (known != foldings().end()) return known->second;
  std::string lower = word;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::vector<std::string> words_of(const std::string& text) {
  constexpr std::string_view kBetween = " ,-\n.\"*():^+@{}";
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (kBetween.find(c) != std::string_view::npos) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  std::erase(words, "");
  for (std::string& word : words) word = folded(word);
  return words;
}

bool holds(const std::vector<std::string>& texts, const std::string& asked) {
  std::vector<std::string> there;
  for (const std::string& text : texts) std::ranges::copy(words_of(text), std::back_inserter(there));
  return std::ranges::all_of(words_of(asked), [&](const std::string& wanted) {
    return std::ranges::any_of(there, [&](const std::string& word) { return word.starts_with(wanted); });
  });
}

std::vector<std::string> texts_of(const TaskState& task) {
  std::vector<std::string> texts = task.tags;
  texts.push_back(task.title);
  if (task.description) texts.push_back(*task.description);
  return texts;
}

bool contains(const auto& values, const auto& value) {
  return values.empty() || std::ranges::find(values, value) != values.end();
}

bool is_late(const TaskState& task, events::Instant now) {
  return is_open(task.status) && task.due_date && *task.due_date < now;
}
bool is_to_be_reminded(const TaskState& task, events::Instant now) {
  return is_open(task.status) && task.due_date && task.warning_offset_minutes && now < *task.due_date &&
         *task.due_date - std::chrono::minutes(*task.warning_offset_minutes) <= now;
}
bool is_locked(const TaskState& task, events::Instant now) {
  return task.lock && task.lock->expires_at > now;
}

bool has_assignee(const TaskState& task, const TaskFilter& filter) {
  if (filter.assigned_to && task.assignee_id != filter.assigned_to) return false;
  if (filter.assignees.empty() && !filter.nobody) return true;
  return task.assignee_id ? std::ranges::find(filter.assignees, *task.assignee_id) != filter.assignees.end()
                          : filter.nobody;
}

bool fits(const TaskState& task, const TaskFilter& filter, events::Instant now) {
  const bool tags_fit = filter.tags.empty() ||
                        std::ranges::any_of(task.tags, [&](const auto& tag) { return contains(filter.tags, tag); });
  return contains(filter.statuses, task.status) && contains(filter.priorities, task.priority) && tags_fit &&
         has_assignee(task, filter) && (!filter.created_by || task.created_by == *filter.created_by) &&
         (!filter.due_before || (task.due_date && *task.due_date < *filter.due_before)) &&
         (!filter.due_after || (task.due_date && *task.due_date >= *filter.due_after)) &&
         (!filter.overdue || is_late(task, now) == *filter.overdue) &&
         (!filter.reminder_due || is_to_be_reminded(task, now) == *filter.reminder_due) &&
         (!filter.locked || is_locked(task, now) == *filter.locked);
}

template <class Key>
bool ordered(const Key& a, const Key& b, const TaskState& task_a, const TaskState& task_b, bool descending) {
  if (a != b) return descending ? b < a : a < b;
  return descending ? task_b.id < task_a.id : task_a.id < task_b.id;
}

bool before(const TaskState& a, const TaskState& b, TaskSort sort) {
  switch (sort.key) {
    case SortKey::CreatedAt:
      return ordered(a.created_at, b.created_at, a, b, sort.descending);
    case SortKey::UpdatedAt:
      return ordered(a.updated_at, b.updated_at, a, b, sort.descending);
    case SortKey::Priority:
      return ordered(a.priority, b.priority, a, b, sort.descending);
    case SortKey::Title:
      return ordered(a.title, b.title, a, b, sort.descending);
    case SortKey::DueDate:
      if (a.due_date.has_value() != b.due_date.has_value()) return a.due_date.has_value();
      return ordered(a.due_date, b.due_date, a, b, sort.descending);
  }
  return false;
}

}  // namespace

void NaiveModel::apply(const events::RecordedEvent& event) {
  events::State& state = states_[event.stream.to_string()];
  state = *events::evolve(state, event);
}

std::vector<TaskState> NaiveModel::list(const TaskListQuery& query, const std::string& text) const {
  std::vector<TaskState> tasks;
  for (const auto& [key, state] : states_) {
    const auto* task = std::get_if<TaskState>(&state);
    if (task == nullptr || task->deleted || !query.sight.sees(*task)) continue;
    if (fits(*task, query.filter, query.now) && holds(texts_of(*task), text)) tasks.push_back(*task);
  }
  std::ranges::sort(tasks, [&](const TaskState& a, const TaskState& b) { return before(a, b, query.sort); });
  return tasks;
}

std::vector<UserState> NaiveModel::users(const UserListQuery& query, const std::string& text) const {
  std::vector<UserState> users;
  for (const auto& [key, state] : states_) {
    const auto* user = std::get_if<UserState>(&state);
    if (user == nullptr || (query.active && *query.active != user->active)) continue;
    if (holds({user->first_name, user->last_name, user->email}, text)) users.push_back(*user);
  }
  std::ranges::sort(users, {},
                    [](const UserState& user) { return std::tuple(user.last_name, user.first_name, user.id); });
  return users;
}

TaskStats NaiveModel::stats(const Sight& sight, events::Instant now) const {
  TaskStats stats;
  std::map<events::UserId, std::int64_t> by_assignee;
  for (const TaskState& task : list({.sight = sight, .now = now})) {
    ++stats.total;
    ++stats.by_status.at(static_cast<std::size_t>(task.status));
    ++stats.by_priority.at(static_cast<std::size_t>(task.priority));
    if (is_late(task, now)) ++stats.overdue;
    if (task.assignee_id) {
      ++by_assignee[*task.assignee_id];
    } else {
      ++stats.of_nobody;
    }
  }
  for (const auto& [assignee, tasks] : by_assignee) stats.by_assignee.push_back({.assignee = assignee, .tasks = tasks});
  std::ranges::sort(stats.by_assignee, {},
                    [](const TaskStats::OfAssignee& of) { return std::pair(-of.tasks, of.assignee); });
  return stats;
}

}  // namespace taskstream::projection::testing
