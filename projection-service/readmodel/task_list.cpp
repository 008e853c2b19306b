#include "projection-service/readmodel/task_list.hpp"

#include "events/contract/event_json.hpp"

namespace taskstream::projection {
namespace {

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

// `column = ?`, or `column IN (?, …)`: the planner uses an index in its order only for the first.
template <class Value, class Bind>
void one_of(BoundSql& sql, std::string_view column, const std::vector<Value>& values, Bind bind) {
  sql.text += column;
  sql.text += values.size() == 1 ? " = ?" : " IN (?";
  for (std::size_t i = 1; i < values.size(); ++i) sql.text += ", ?";
  if (values.size() != 1) sql.text += ")";
  for (const Value& value : values) sql.values.emplace_back(bind(value));
}

void add_assignees(BoundSql& sql, const TaskFilter& filter) {
  const auto id_of = [](const events::UserId& id) { return id.uuid(); };
  if (filter.nobody && filter.assignees.empty()) {
    sql.text += " AND assignee IS NULL";
  } else if (filter.nobody) {
    sql.text += " AND (assignee IS NULL OR ";
    one_of(sql, "assignee", filter.assignees, id_of);
    sql.text += ")";
  } else if (!filter.assignees.empty()) {
    sql.text += " AND ";
    one_of(sql, "assignee", filter.assignees, id_of);
  }
}

// `deleted = 0` stands in the text itself: the indexes of lists are partial ones.
void add_where(BoundSql& sql, const TaskFilter& filter) {
  sql.text += " FROM tasks WHERE deleted = 0";
  if (!filter.statuses.empty()) {
    sql.text += " AND ";
    one_of(sql, "status", filter.statuses, [](events::Status status) { return static_cast<std::int64_t>(status); });
  }
  if (!filter.priorities.empty()) {
    sql.text += " AND ";
    one_of(sql, "priority", filter.priorities,
           [](events::Priority priority) { return static_cast<std::int64_t>(priority); });
  }
  add_assignees(sql, filter);
  if (!filter.tags.empty()) {
    sql.text += " AND stream_no IN (SELECT stream_no FROM task_tags WHERE ";
    one_of(sql, "tag", filter.tags, [](const std::string& tag) { return tag; });
    sql.text += ")";
  }
  if (filter.due_before) {
    sql.text += " AND due_date < ?";
    sql.values.emplace_back(micros(*filter.due_before));
  }
  if (filter.due_after) {
    sql.text += " AND due_date >= ?";
    sql.values.emplace_back(micros(*filter.due_after));
  }
}

void add_key(BoundSql& sql, const Cursor& after) {
  if (const auto* number = std::get_if<std::int64_t>(&after.key)) sql.values.emplace_back(*number);
  if (const auto* text = std::get_if<std::string>(&after.key)) sql.values.emplace_back(*text);
}

// Rows whose sort key is there, in the order of (key, id).
BoundSql keyed_walk(const TaskListQuery& query) {
  const std::string column(column_of(query.sort.key));
  const std::string direction = query.sort.descending ? " DESC" : "";
  BoundSql sql{.text = "SELECT body, id, " + column, .values = {}};
  add_where(sql, query.filter);
  if (query.sort.key == SortKey::DueDate) sql.text += " AND due_date IS NOT NULL";
  if (query.after) {
    sql.text += " AND (" + column + ", id) " + (query.sort.descending ? "<" : ">") + " (?, ?)";
    add_key(sql, *query.after);
    sql.values.emplace_back(query.after->id);
  }
  sql.text += " ORDER BY " + column + direction + ", id" + direction + " LIMIT ?";
  return sql;
}

// Tasks without a due date, in the order of ids.
BoundSql undated_walk(const TaskListQuery& query) {
  BoundSql sql{.text = "SELECT body, id, due_date", .values = {}};
  add_where(sql, query.filter);
  sql.text += " AND due_date IS NULL";
  if (query.after && std::holds_alternative<std::monostate>(query.after->key)) {
    sql.text += query.sort.descending ? " AND id < ?" : " AND id > ?";
    sql.values.emplace_back(query.after->id);
  }
  sql.text += query.sort.descending ? " ORDER BY id DESC LIMIT ?" : " ORDER BY id LIMIT ?";
  return sql;
}

}  // namespace

std::string spelling_of(const TaskListQuery& query) {
  std::string text = "tasks " + std::string(query.sort.descending ? "-" : "") + std::string(column_of(query.sort.key));
  const auto put = [&](std::string_view name, std::string_view value) {
    // Lengths keep a value from looking like the next condition.
    text += " " + std::string(name) + std::to_string(value.size()) + ":" + std::string(value);
  };
  for (const auto status : query.filter.statuses) put("s", to_string(status));
  for (const auto priority : query.filter.priorities) put("p", to_string(priority));
  for (const auto& assignee : query.filter.assignees) put("a", assignee.to_string());
  if (query.filter.nobody) put("a", "none");
  for (const auto& tag : query.filter.tags) put("t", tag);
  if (query.filter.due_before) put("<", std::to_string(micros(*query.filter.due_before)));
  if (query.filter.due_after) put(">", std::to_string(micros(*query.filter.due_after)));
  return text;
}

std::vector<BoundSql> page_statements(const TaskListQuery& query) {
  std::vector<BoundSql> statements;
  const bool dated_ones_over =
      query.sort.key == SortKey::DueDate && query.after && std::holds_alternative<std::monostate>(query.after->key);
  if (!dated_ones_over) statements.push_back(keyed_walk(query));
  // A condition on the due date keeps tasks without one out anyway.
  const bool dated_only = query.filter.due_before || query.filter.due_after;
  if (query.sort.key == SortKey::DueDate && !dated_only) statements.push_back(undated_walk(query));
  return statements;
}

BoundSql total_statement(const TaskFilter& filter) {
  BoundSql sql{.text = "SELECT count(*)", .values = {}};
  add_where(sql, filter);
  return sql;
}

}  // namespace taskstream::projection
