#include "projection-service/readmodel/task_list.hpp"

#include "events/contract/event_json.hpp"
#include "projection-service/readmodel/sql_builder.hpp"
#include "projection-service/readmodel/task_walks.hpp"
#include "projection-service/readmodel/word_cutter.hpp"

namespace taskstream::projection {
namespace {

bool is_undated(const Cursor& after) {
  return std::holds_alternative<std::monostate>(after.key);
}

void add_cursor(SqlBuilder& sql, const TaskListQuery& query, bool dated) {
  if (!query.after || (!dated && !is_undated(*query.after))) return;
  const std::string_view beyond = query.sort.descending ? " < " : " > ";
  if (!dated) {
    sql.add(" AND id").add(beyond).add("?", query.after->id);
    return;
  }
  sql.add(" AND (").add(column_of(query.sort.key)).add(", id)").add(beyond).add("(?, ?)");
  if (const auto* number = std::get_if<std::int64_t>(&query.after->key)) sql.add("", *number);
  if (const auto* text = std::get_if<std::string>(&query.after->key)) sql.add("", *text);
  sql.add("", query.after->id);
}

void add_place(SqlBuilder& sql, const TaskListQuery& query, bool dated) {
  if (query.sort.key == SortKey::DueDate) sql.add(dated ? " AND due_date IS NOT NULL" : " AND due_date IS NULL");
  add_cursor(sql, query, dated);
}

std::string order_of(const TaskListQuery& query, bool dated) {
  const std::string direction = query.sort.descending ? " DESC" : "";
  const std::string by_key = dated ? std::string(column_of(query.sort.key)) + direction + ", " : "";
  return " ORDER BY " + by_key + "id" + direction;
}

// Of few tasks. They are sorted without their bodies, which are looked up, in order, for those on the page alone: CROSS
// JOIN takes the rows as its left side has them.
BoundSql sorted_page_statement(const TaskListQuery& query, const Narrowing& narrowing, bool dated) {
  const Walks walks = walks_of(query, narrowing);
  SqlBuilder sql;
  sql.add("SELECT body, id, ").add(column_of(query.sort.key)).add(" FROM (SELECT stream_no AS shown");
  add_walk(sql, query, narrowing, walks, walks.all.front());
  add_place(sql, query, dated);
  return sql.add(order_of(query, dated)).add(" LIMIT ?) CROSS JOIN tasks ON stream_no = shown").take();
}

// `dated`: rows whose sort key is there, in the order of (key, id). Otherwise tasks without a due date, in the order of
// ids.
BoundSql page_statement(const TaskListQuery& query, const Narrowing& narrowing, bool dated) {
  const std::string column(column_of(query.sort.key));
  const std::string direction = query.sort.descending ? " DESC" : "";
  if (narrowing.few) return sorted_page_statement(query, narrowing, dated);
  const Walks walks = walks_of(query, narrowing);
  // Walks that may meet at one row are told apart by its number, and UNION lets it through once.
  const std::string number = walks.overlap ? ", stream_no" : "";
  SqlBuilder sql;
  for (std::size_t i = 0; i < walks.all.size(); ++i) {
    if (i > 0) sql.add(walks.overlap ? " UNION " : " UNION ALL ");
    sql.add("SELECT body, id, " + column + number);
    add_walk(sql, query, narrowing, walks, walks.all[i]);
    add_place(sql, query, dated);
  }
  sql.add(order_of(query, dated));
  if (walks.overlap) sql.add(number + direction);
  return sql.add(" LIMIT ?").take();
}

void put_values(std::string& text, const TaskFilter& filter) {
  const auto put = [&](std::string_view name, std::string_view value) {
    // Lengths keep a value from looking like the next condition.
    text += " " + std::string(name) + std::to_string(value.size()) + ":" + std::string(value);
  };
  const auto put_flag = [&](std::string_view name, const std::optional<bool>& flag) {
    if (flag) put(name, *flag ? "true" : "false");
  };
  for (const auto status : filter.statuses) put("s", to_string(status));
  for (const auto priority : filter.priorities) put("p", to_string(priority));
  for (const auto& assignee : filter.assignees) put("a", assignee.to_string());
  if (filter.nobody) put("a", "none");
  if (filter.assigned_to) put("u", filter.assigned_to->to_string());
  if (filter.created_by) put("c", *filter.created_by);
  for (const auto& tag : filter.tags) put("t", tag);
  if (filter.due_before) put("<", std::to_string(micros(*filter.due_before)));
  if (filter.due_after) put(">", std::to_string(micros(*filter.due_after)));
  put_flag("o", filter.overdue);
  put_flag("r", filter.reminder_due);
  put_flag("l", filter.locked);
  for (const auto& word : filter.words) put("q", word);
}

}  // namespace

std::string spelling_of(const TaskListQuery& query) {
  std::string text = "tasks " + std::string(query.sort.descending ? "-" : "") + std::string(column_of(query.sort.key));
  put_values(text, query.filter);
  if (query.sight.member) text += " seen by " + query.sight.member->to_string();
  return text;
}

BoundSql streams_with(const std::vector<std::string>& words) {
  return SqlBuilder().add("SELECT rowid FROM task_words WHERE task_words MATCH ?", match_expression(words)).take();
}

std::vector<BoundSql> selective_conditions(const TaskListQuery& query) {
  const TaskFilter& filter = query.filter;
  std::vector<BoundSql> conditions;
  if (!filter.tags.empty()) {
    SqlBuilder sql;
    sql.add("SELECT stream_no FROM task_tags WHERE ");
    sql.add_one_of("tag", filter.tags, [](const std::string& tag) { return tag; });
    conditions.push_back(sql.take());
  }
  if (filter.locked == true) {
    conditions.push_back(SqlBuilder()
                             .add("SELECT stream_no FROM tasks INDEXED BY tasks_locked WHERE deleted = 0")
                             .add(" AND lock_expires_at > ?", micros(query.now))
                             .take());
  }
  if (filter.reminder_due == true) {
    conditions.push_back(
        SqlBuilder()
            .add("SELECT stream_no FROM tasks INDEXED BY tasks_reminded WHERE deleted = 0")
            .add(" AND status < 4 AND remind_at <= ? AND due_date > ?", micros(query.now), micros(query.now))
            .take());
  }
  // In the order of due dates, the walk keeps to these dates anyway.
  if (query.sort.key == SortKey::DueDate) return conditions;
  if (filter.due_before || filter.due_after || filter.overdue == true) {
    SqlBuilder sql;
    sql.add("SELECT stream_no FROM tasks INDEXED BY tasks_by_due_date WHERE deleted = 0");
    if (filter.due_before) sql.add(" AND due_date < ?", micros(*filter.due_before));
    if (filter.overdue == true) sql.add(" AND due_date < ?", micros(query.now));
    if (filter.due_after) sql.add(" AND due_date >= ?", micros(*filter.due_after));
    conditions.push_back(sql.take());
  }
  return conditions;
}

std::vector<BoundSql> page_statements(const TaskListQuery& query, const Narrowing& narrowing) {
  std::vector<BoundSql> statements;
  const bool by_due_date = query.sort.key == SortKey::DueDate;
  const bool dated_ones_over = by_due_date && query.after && is_undated(*query.after);
  if (!dated_ones_over) statements.push_back(page_statement(query, narrowing, true));
  // A condition on the due date keeps tasks without one out anyway.
  const TaskFilter& filter = query.filter;
  const bool dated_only =
      filter.due_before || filter.due_after || filter.overdue == true || filter.reminder_due == true;
  if (by_due_date && !dated_only) statements.push_back(page_statement(query, narrowing, false));
  return statements;
}

BoundSql total_statement(const TaskListQuery& query, const Narrowing& narrowing) {
  SqlBuilder sql;
  sql.add("SELECT count(*)");
  add_whole_list(sql, query, narrowing);
  return sql.take();
}

}  // namespace taskstream::projection
