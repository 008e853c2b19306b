#include "projection-service/readmodel/task_match.hpp"

#include <algorithm>

namespace taskstream::projection {
namespace {

template <class Values, class Value>
bool is_one_of(const Values& allowed, const Value& value) {
  return allowed.empty() || std::ranges::find(allowed, value) != allowed.end();
}

bool assignee_fits(const TaskFilter& filter, const std::optional<events::UserId>& assignee) {
  if (filter.assignees.empty() && !filter.nobody) return true;
  if (!assignee) return filter.nobody;
  return std::ranges::find(filter.assignees, *assignee) != filter.assignees.end();
}

bool tags_fit(const TaskFilter& filter, const std::vector<std::string>& tags) {
  return filter.tags.empty() ||
         std::ranges::any_of(tags, [&](const std::string& tag) { return is_one_of(filter.tags, tag); });
}

}  // namespace

bool matches(const TaskFilter& filter, const events::TaskState& task) {
  return !task.deleted && is_one_of(filter.statuses, task.status) && is_one_of(filter.priorities, task.priority) &&
         assignee_fits(filter, task.assignee_id) && tags_fit(filter, task.tags) &&
         (!filter.assigned_to || task.assignee_id == filter.assigned_to) &&
         (!filter.created_by || task.created_by == *filter.created_by) &&
         (!filter.due_before || (task.due_date && *task.due_date < *filter.due_before)) &&
         (!filter.due_after || (task.due_date && *task.due_date >= *filter.due_after));
}

}  // namespace taskstream::projection
