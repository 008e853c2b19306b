#include "projection-service/readmodel/task_queries.hpp"

#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {

TaskQueries::TaskQueries(const std::filesystem::path& path, std::chrono::milliseconds time_limit, std::size_t few)
    : connection_(path, time_limit),
      few_(few),
      matches_(few),
      // One statement is one snapshot; the token is there even when the task is not.
      find_task_(connection_.database().prepare(
          "SELECT snapshot.token, tasks.version, tasks.deleted, tasks.quarantined, tasks.body FROM snapshot "
          "LEFT JOIN streams ON streams.key = ? LEFT JOIN tasks ON tasks.stream_no = streams.stream_no")),
      history_(connection_.database().prepare(
          "SELECT version, item FROM history WHERE stream_no = (SELECT stream_no FROM streams WHERE key = ?) "
          "AND version > ? ORDER BY version LIMIT ?")),
      change_feed_(connection_) {}

FoundTask TaskQueries::find_task(const events::TaskId& id, const Sight& sight) {
  return connection_.in_time([&] { return read_task(events::StreamId::of(id).to_string(), sight); });
}

// Of a task that is not seen no more is said than of one that is not there.
FoundTask TaskQueries::read_task(const std::string& key, const Sight& sight) {
  const Use use(find_task_);
  find_task_.bindNoCopy(1, key);
  find_task_.executeStep();
  FoundTask found{.token = text_of(find_task_.getColumn(0))};
  if (find_task_.getColumn(1).isNull()) return found;
  const bool deleted = find_task_.getColumn(2).getInt() != 0;
  std::string body = text_of(find_task_.getColumn(4));
  if (!sees(sight, body, deleted)) return found;
  found.known = true;
  found.version = find_task_.getColumn(1).getInt64();
  found.deleted = deleted;
  found.quarantined = find_task_.getColumn(3).getInt() != 0;
  found.body = std::move(body);
  return found;
}

Narrowing TaskQueries::narrow(const TaskListQuery& query) {
  Narrowing narrowing;
  if (!query.filter.words.empty()) narrowing = matches_.of(query.filter.words, connection_);
  if (narrowing.few) return narrowing;
  for (const BoundSql& condition : selective_conditions(query)) {
    narrowing.few = few_numbers_of(connection_, condition, few_);
    if (narrowing.few) break;
  }
  return narrowing;
}

ListPage TaskQueries::list_tasks(const TaskListQuery& query) {
  return connection_.in_snapshot([&](std::string token) {
    ListPage page{.token = std::move(token), .items = {}, .next = {}, .total = {}};
    const Narrowing narrowing = narrow(query);
    fill_page(page, connection_, page_statements(query, narrowing), query.limit);
    if (query.with_total) page.total = connection_.number(total_statement(query, narrowing));
    return page;
  });
}

ListPage TaskQueries::list_users(const UserListQuery& query) {
  return projection::list_users(connection_, query, few_);
}

HistoryPage TaskQueries::history(const events::TaskId& id, const Sight& sight, std::int64_t after_version,
                                 std::int64_t limit) {
  return connection_.in_snapshot([&](std::string token) {
    HistoryPage page{.token = std::move(token), .known = false, .items = {}, .next = {}};
    const std::string key = events::StreamId::of(id).to_string();
    page.known = read_task(key, sight).known;
    if (!page.known) return page;
    const Use use(history_);
    history_.bindNoCopy(1, key);
    history_.bind(2, after_version);
    history_.bind(3, limit + 1);
    std::int64_t rows = 0;
    std::int64_t last_version = 0;
    while (history_.executeStep()) {
      if (rows == limit) {
        page.next = last_version;
        break;
      }
      if (rows++ > 0) page.items += ',';
      last_version = history_.getColumn(0).getInt64();
      append_text(page.items, history_.getColumn(1));
    }
    return page;
  });
}

ChangePage TaskQueries::changes(const ChangeQuery& query) {
  return connection_.in_snapshot([&](std::string token) { return change_feed_.page(query, std::move(token)); });
}

ModelCounts TaskQueries::counts() {
  return connection_.in_snapshot([&](std::string token) {
    const auto count = [&](const char* sql) { return connection_.number({.text = sql, .values = {}}); };
    return ModelCounts{.token = std::move(token),
                       .parked = count("SELECT count(*) FROM parked_records"),
                       .quarantined = count("SELECT count(*) FROM streams WHERE quarantine_version IS NOT NULL")};
  });
}

}  // namespace taskstream::projection
