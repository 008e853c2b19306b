#include "projection-service/readmodel/task_stats.hpp"

#include <algorithm>

#include "projection-service/readmodel/sql_builder.hpp"

namespace taskstream::projection {
namespace {

// Parts of what one sees that have no task in common, so that counts add up. `index` is that of everything.
std::vector<BoundSql> parts_of(const Sight& sight, const std::string& index) {
  if (sight.is_everything()) {
    return {{.text = " FROM tasks INDEXED BY " + index + " WHERE deleted = 0", .values = {}}};
  }
  const events::UserId& member = *sight.member;
  return {
      SqlBuilder().add(" FROM tasks INDEXED BY tasks_counted WHERE deleted = 0 AND assignee = ?", member.uuid()).take(),
      SqlBuilder()
          .add(" FROM tasks INDEXED BY tasks_counted WHERE deleted = 0 AND assignee IS NULL AND status < 4")
          .take(),
      SqlBuilder()
          .add(" FROM tasks INDEXED BY tasks_of_creator_by_created_at WHERE deleted = 0 AND created_by = ?",
               member.to_string())
          .add(" AND assignee IS NOT ? AND (assignee IS NOT NULL OR status >= 4)", member.uuid())
          .take()};
}

std::vector<BoundSql> grouped(const std::string& columns, const std::vector<BoundSql>& parts) {
  std::vector<BoundSql> statements;
  for (const BoundSql& part : parts) {
    statements.push_back(
        SqlBuilder().add("SELECT " + columns + ", count(*)").add(part).add(" GROUP BY " + columns).take());
  }
  return statements;
}

void add_assignee(TaskStats& stats, SQLite::Statement& row) {
  const std::int64_t tasks = row.getColumn(1).getInt64();
  if (row.getColumn(0).isNull()) {
    stats.of_nobody += tasks;
  } else {
    // One row each: nobody has tasks in two of the parts.
    stats.by_assignee.push_back({.assignee = events::UserId(uuid_of(row.getColumn(0))), .tasks = tasks});
  }
}

void add_ranks(TaskStats& stats, SQLite::Statement& row) {
  const std::int64_t tasks = row.getColumn(2).getInt64();
  stats.total += tasks;
  stats.by_status.at(static_cast<std::size_t>(row.getColumn(0).getInt())) += tasks;
  stats.by_priority.at(static_cast<std::size_t>(row.getColumn(1).getInt())) += tasks;
}

}  // namespace

std::vector<BoundSql> assignee_statements(const Sight& sight) {
  return grouped("assignee", parts_of(sight, "tasks_counted"));
}

std::vector<BoundSql> rank_statements(const Sight& sight) {
  return grouped("status, priority", parts_of(sight, "tasks_of_status_by_priority"));
}

std::vector<BoundSql> overdue_statements(const Sight& sight, events::Instant now) {
  const std::int64_t micros = now.time_since_epoch().count();
  if (sight.is_everything()) {
    return {SqlBuilder()
                .add("SELECT count(*) FROM tasks INDEXED BY tasks_of_status_by_due_date WHERE deleted = 0")
                .add(" AND status IN (0, 1, 2, 3) AND due_date < ?", micros)
                .take()};
  }
  std::vector<BoundSql> statements;
  for (const BoundSql& part : parts_of(sight, "tasks_counted")) {
    statements.push_back(
        SqlBuilder().add("SELECT count(*)").add(part).add(" AND status < 4 AND due_date < ?", micros).take());
  }
  return statements;
}

TaskStats task_stats(QueryConnection& connection, const Sight& sight, events::Instant now) {
  return connection.in_snapshot([&](std::string token) {
    TaskStats stats;
    stats.token = std::move(token);
    const auto add_rows = [&](const std::vector<BoundSql>& statements, auto add) {
      for (const BoundSql& sql : statements) {
        connection.each_row(sql, [&](SQLite::Statement& row) {
          add(stats, row);
          return true;
        });
      }
    };
    add_rows(assignee_statements(sight), add_assignee);
    add_rows(rank_statements(sight), add_ranks);
    for (const BoundSql& sql : overdue_statements(sight, now)) stats.overdue += connection.number(sql);
    std::ranges::sort(stats.by_assignee, [](const auto& a, const auto& b) {
      return a.tasks != b.tasks ? a.tasks > b.tasks : a.assignee < b.assignee;
    });
    return stats;
  });
}

}  // namespace taskstream::projection
