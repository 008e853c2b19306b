#include "projection-service/readmodel/task_walks.hpp"

namespace taskstream::projection {
namespace {

// Of one list; with more values than that, every row is looked at.
constexpr std::size_t kMaxWalks = 16;

// In SQL, `status < 4`: the text stands in partial indexes too.
static_assert(is_open(events::Status::Deferred) && static_cast<int>(events::Status::Deferred) == 3);
static_assert(!is_open(events::Status::Completed) && static_cast<int>(events::Status::Completed) == 4);

std::int64_t rank(events::Status status) {
  return static_cast<std::int64_t>(status);
}
std::int64_t rank(events::Priority priority) {
  return static_cast<std::int64_t>(priority);
}

std::string index_of(std::string_view kind, const TaskListQuery& query) {
  return "tasks_" + std::string(kind) + "by_" + std::string(column_of(query.sort.key));
}

bool asks_for_assignees(const TaskFilter& filter) {
  return filter.nobody || !filter.assignees.empty() || filter.assigned_to;
}

std::vector<Walk> walks_of_assignees(const TaskListQuery& query) {
  const std::string index = index_of("of_assignee_", query);
  std::vector<Walk> walks;
  const auto add = [&](const events::UserId& user) {
    walks.push_back({.index = index, .condition = {.text = " AND assignee = ?", .values = {user.uuid()}}});
  };
  if (query.filter.assigned_to) {
    add(*query.filter.assigned_to);
    return walks;
  }
  for (const events::UserId& user : query.filter.assignees) add(user);
  if (query.filter.nobody) walks.push_back({.index = index, .condition = {.text = " AND assignee IS NULL"}});
  return walks;
}

std::vector<Walk> walks_of_member(const TaskListQuery& query) {
  const events::UserId& member = *query.sight.member;
  const bool by_default = query.sort.key == SortKey::CreatedAt;
  return {
      {.index = index_of("of_creator_", query),
       .condition = {.text = " AND created_by = ?", .values = {member.to_string()}}},
      {.index = index_of("of_assignee_", query), .condition = {.text = " AND assignee = ?", .values = {member.uuid()}}},
      {.index = index_of(by_default ? "unclaimed_" : "of_assignee_", query),
       .condition = {.text = " AND assignee IS NULL AND status < 4"}}};
}

std::vector<Walk> walks_of_statuses(const TaskListQuery& query) {
  std::vector<Walk> walks;
  for (const events::Status status : query.filter.statuses) {
    walks.push_back(
        {.index = index_of("of_status_", query), .condition = {.text = " AND status = ?", .values = {rank(status)}}});
  }
  return walks;
}

void add_assignees(SqlBuilder& sql, const TaskFilter& filter) {
  const auto id_of = [](const events::UserId& id) { return id.uuid(); };
  if (filter.assigned_to) sql.add(" AND assignee = ?", filter.assigned_to->uuid());
  if (filter.nobody && filter.assignees.empty()) {
    sql.add(" AND assignee IS NULL");
  } else if (filter.nobody) {
    sql.add(" AND (assignee IS NULL OR ").add_one_of("assignee", filter.assignees, id_of).add(")");
  } else if (!filter.assignees.empty()) {
    sql.add(" AND ").add_one_of("assignee", filter.assignees, id_of);
  }
}

// The opposite of each is spelled out: NOT of a comparison with null would let nothing through.
void add_conditions_of_time(SqlBuilder& sql, const TaskListQuery& query) {
  const TaskFilter& filter = query.filter;
  const std::int64_t now = micros(query.now);
  if (filter.due_before) sql.add(" AND due_date < ?", micros(*filter.due_before));
  if (filter.due_after) sql.add(" AND due_date >= ?", micros(*filter.due_after));
  if (filter.overdue == true) sql.add(" AND status < 4 AND due_date < ?", now);
  if (filter.overdue == false) sql.add(" AND (status >= 4 OR due_date IS NULL OR due_date >= ?)", now);
  if (filter.reminder_due == true) sql.add(" AND status < 4 AND remind_at <= ? AND due_date > ?", now, now);
  if (filter.reminder_due == false) {
    sql.add(" AND (status >= 4 OR remind_at IS NULL OR remind_at > ? OR due_date <= ?)", now, now);
  }
  if (filter.locked == true) sql.add(" AND lock_expires_at > ?", now);
  if (filter.locked == false) sql.add(" AND (lock_expires_at IS NULL OR lock_expires_at <= ?)", now);
}

// `deleted = 0` in each branch lets SQLite use a partial index for it.
void add_sight(SqlBuilder& sql, const Sight& sight) {
  if (sight.is_everything()) return;
  sql.add(" AND ((deleted = 0 AND created_by = ?)", sight.member->to_string())
      .add(" OR (deleted = 0 AND assignee = ?)", sight.member->uuid())
      .add(" OR (deleted = 0 AND assignee IS NULL AND status < 4))");
}

void add_conditions(SqlBuilder& sql, const TaskListQuery& query, const Narrowing& narrowing, WalkedFor made_for) {
  const TaskFilter& filter = query.filter;
  if (narrowing.words_marked) sql.add(" AND is_marked(stream_no)");
  if (made_for != WalkedFor::Statuses && !filter.statuses.empty()) {
    sql.add(" AND ").add_one_of("status", filter.statuses, [](events::Status status) { return rank(status); });
  }
  if (!filter.priorities.empty()) {
    sql.add(" AND ").add_one_of("priority", filter.priorities, [](events::Priority p) { return rank(p); });
  }
  // A walk is of one of them, or of `assigned_to` whoever else is asked for.
  if (made_for != WalkedFor::Assignees || filter.assigned_to) add_assignees(sql, filter);
  if (made_for != WalkedFor::Creator && filter.created_by) sql.add(" AND created_by = ?", *filter.created_by);
  if (!filter.tags.empty()) {
    sql.add(" AND EXISTS (SELECT 1 FROM task_tags WHERE task_tags.stream_no = tasks.stream_no AND ")
        .add_one_of("tag", filter.tags, [](const std::string& tag) { return tag; })
        .add(")");
  }
  add_conditions_of_time(sql, query);
  if (made_for != WalkedFor::Sight) add_sight(sql, query.sight);
}

// `deleted = 0` stands in the text itself: the indexes of lists are partial ones.
void add_few(SqlBuilder& sql, const std::string& few) {
  sql.add(" FROM (SELECT value AS hit FROM json_each(?)) CROSS JOIN tasks ON stream_no = hit WHERE deleted = 0", few);
}

}  // namespace

std::string_view column_of(SortKey key) {
  switch (key) {
    case SortKey::CreatedAt:
      return "created_at";
    case SortKey::UpdatedAt:
      return "updated_at";
    case SortKey::DueDate:
      return "due_date";
    case SortKey::Priority:
      return "priority";
    case SortKey::Title:
      return "title";
  }
  return {};
}

std::int64_t micros(events::Instant instant) {
  return instant.time_since_epoch().count();
}

Walks walks_of(const TaskListQuery& query, const Narrowing& narrowing) {
  const TaskFilter& filter = query.filter;
  if (narrowing.few) return {.made_for = WalkedFor::FewStreams, .all = {Walk{}}};
  const std::size_t assignees = filter.assignees.size() + (filter.nobody ? 1 : 0);
  if (asks_for_assignees(filter) && (filter.assigned_to || assignees <= kMaxWalks)) {
    return {.made_for = WalkedFor::Assignees, .all = walks_of_assignees(query)};
  }
  if (filter.created_by) {
    return {.made_for = WalkedFor::Creator,
            .all = {{.index = index_of("of_creator_", query),
                     .condition = {.text = " AND created_by = ?", .values = {*filter.created_by}}}}};
  }
  if (!query.sight.is_everything()) {
    return {.made_for = WalkedFor::Sight, .all = walks_of_member(query), .overlap = true};
  }
  if (!filter.statuses.empty()) return {.made_for = WalkedFor::Statuses, .all = walks_of_statuses(query)};
  return {.made_for = WalkedFor::Nothing, .all = {{.index = index_of("", query), .condition = {}}}};
}

void add_walk(SqlBuilder& sql, const TaskListQuery& query, const Narrowing& narrowing, const Walks& walks,
              const Walk& walk) {
  if (narrowing.few) {
    add_few(sql, *narrowing.few);
  } else {
    // The planner knows nothing of how many rows there are, so it is told which index has the order.
    sql.add(" FROM tasks INDEXED BY " + walk.index + " WHERE deleted = 0").add(walk.condition);
  }
  add_conditions(sql, query, narrowing, walks.made_for);
}

void add_whole_list(SqlBuilder& sql, const TaskListQuery& query, const Narrowing& narrowing) {
  if (narrowing.few) {
    add_few(sql, *narrowing.few);
  } else {
    sql.add(" FROM tasks WHERE deleted = 0");
  }
  add_conditions(sql, query, narrowing, WalkedFor::Nothing);
}

}  // namespace taskstream::projection
