#include "projection-service/readmodel/task_stats.hpp"

#include <algorithm>

#include "projection-service/readmodel/sql_builder.hpp"

namespace taskstream::projection {
namespace {

// Parts of what one sees that have no task in common, so that counts add up.
std::vector<BoundSql> parts_of(const Sight& sight) {
  if (sight.is_everything()) return {{.text = " FROM tasks INDEXED BY tasks_counted WHERE deleted = 0", .values = {}}};
  const events::UserId& member = *sight.member;
  return {SqlBuilder()
              .add(" FROM tasks INDEXED BY tasks_counted WHERE deleted = 0 AND assignee = ?", member.uuid())
              .take(),
          SqlBuilder()
              .add(" FROM tasks INDEXED BY tasks_counted WHERE deleted = 0 AND assignee IS NULL AND status < 4")
              .take(),
          SqlBuilder()
              .add(" FROM tasks INDEXED BY tasks_of_creator_by_created_at WHERE deleted = 0 AND created_by = ?",
                   member.to_string())
              .add(" AND assignee IS NOT ? AND (assignee IS NOT NULL OR status >= 4)", member.uuid())
              .take()};
}

void add_row(TaskStats& stats, SQLite::Statement& row) {
  const std::int64_t tasks = row.getColumn(3).getInt64();
  stats.total += tasks;
  stats.by_status.at(static_cast<std::size_t>(row.getColumn(1).getInt())) += tasks;
  stats.by_priority.at(static_cast<std::size_t>(row.getColumn(2).getInt())) += tasks;
  if (row.getColumn(0).isNull()) {
    stats.of_nobody += tasks;
    return;
  }
  // Those of one assignee come one after the other, and in one part alone.
  const events::UserId assignee(uuid_of(row.getColumn(0)));
  if (stats.by_assignee.empty() || stats.by_assignee.back().assignee != assignee) {
    stats.by_assignee.push_back({.assignee = assignee});
  }
  stats.by_assignee.back().tasks += tasks;
}

}  // namespace

std::vector<BoundSql> count_statements(const Sight& sight) {
  std::vector<BoundSql> statements;
  for (const BoundSql& part : parts_of(sight)) {
    statements.push_back(SqlBuilder()
                             .add("SELECT assignee, status, priority, count(*)")
                             .add(part)
                             .add(" GROUP BY assignee, status, priority")
                             .take());
  }
  return statements;
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
  for (const BoundSql& part : parts_of(sight)) {
    statements.push_back(
        SqlBuilder().add("SELECT count(*)").add(part).add(" AND status < 4 AND due_date < ?", micros).take());
  }
  return statements;
}

TaskStats task_stats(QueryConnection& connection, const Sight& sight, events::Instant now) {
  return connection.in_snapshot([&](std::string token) {
    TaskStats stats;
    stats.token = std::move(token);
    for (const BoundSql& sql : count_statements(sight)) {
      connection.each_row(sql, [&](SQLite::Statement& row) {
        add_row(stats, row);
        return true;
      });
    }
    for (const BoundSql& sql : overdue_statements(sight, now)) stats.overdue += connection.number(sql);
    std::ranges::sort(stats.by_assignee, [](const auto& a, const auto& b) {
      return a.tasks != b.tasks ? a.tasks > b.tasks : a.assignee < b.assignee;
    });
    return stats;
  });
}

}  // namespace taskstream::projection
