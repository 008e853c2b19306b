#include "projection-service/readmodel/task_queries.hpp"

#include <sqlite3.h>

#include <utility>

#include "projection-service/readmodel/parked_rows.hpp"
#include "projection-service/readmodel/past_task.hpp"

namespace taskstream::projection {
namespace {

constexpr int kStepsBetweenLooks = 4'000;
// Combinations of filters and sorts that are asked for in turn; beyond them somebody plays.
constexpr std::size_t kPreparedLists = 128;
// Raw bytes of parked records, beyond which a page ends.
constexpr std::size_t kParkedPageBytes = 4 * 1024 * 1024;

// Leaves a statement ready for the next time whatever happens, and so ends the read transaction that it may hold open.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  SQLite::Statement& statement_;
};

void append_text(std::string& to, const SQLite::Column& column) {
  to.append(column.getText(), static_cast<std::size_t>(column.getBytes()));
}

std::string text_of(const SQLite::Column& column) {
  std::string text;
  append_text(text, column);
  return text;
}

struct BindAt {
  SQLite::Statement& statement;
  int index;

  void operator()(std::int64_t value) const { statement.bind(index, value); }
  void operator()(const std::string& text) const { statement.bindNoCopy(index, text); }
  void operator()(const events::Uuid& id) const {
    statement.bindNoCopy(index, id.bytes().data(), static_cast<int>(id.bytes().size()));
  }
};

void bind_all(SQLite::Statement& statement, const BoundSql& sql) {
  int index = 0;
  for (const auto& value : sql.values) std::visit(BindAt{.statement = statement, .index = ++index}, value);
}

events::Uuid uuid_of(const SQLite::Column& column) {
  events::Uuid::Bytes bytes{};
  if (column.getBytes() == static_cast<int>(bytes.size())) {
    const auto* blob = static_cast<const std::uint8_t*>(column.getBlob());
    std::copy(blob, blob + bytes.size(), bytes.begin());
  }
  return events::Uuid(bytes);
}

Cursor cursor_of(SQLite::Statement& row) {
  Cursor cursor{.key = {}, .id = uuid_of(row.getColumn(1))};
  const SQLite::Column key = row.getColumn(2);
  if (key.isInteger()) cursor.key = key.getInt64();
  if (key.isText()) cursor.key = text_of(key);
  return cursor;
}

}  // namespace

TaskQueries::TaskQueries(const std::filesystem::path& path, std::chrono::milliseconds time_limit)
    : database_(path, sqlite::Database::Mode::ReadOnly),
      time_limit_(time_limit),
      begin_(database_.prepare("BEGIN")),
      end_(database_.prepare("COMMIT")),
      token_(database_.prepare("SELECT token FROM snapshot")),
      // One statement is one snapshot; the token is there even when the task is not.
      find_task_(database_.prepare(
          "SELECT snapshot.token, tasks.version, tasks.deleted, tasks.quarantined, tasks.body FROM snapshot "
          "LEFT JOIN streams ON streams.key = ? LEFT JOIN tasks ON tasks.stream_no = streams.stream_no")),
      history_(database_.prepare(
          "SELECT version, item FROM history WHERE stream_no = (SELECT stream_no FROM streams WHERE key = ?) "
          "AND version > ? ORDER BY version LIMIT ?")),
      known_(database_.prepare(
          "SELECT streams.stream_no, streams.version, quarantine_version, quarantine_reason, tasks.version, deleted, "
          "body FROM streams JOIN tasks ON tasks.stream_no = streams.stream_no WHERE key = ?")),
      time_of_(database_.prepare("SELECT time FROM history WHERE stream_no = ? AND version = ?")),
      items_(database_.prepare(
          "SELECT item, state FROM history WHERE stream_no = ? AND version >= ? AND version <= ? ORDER BY version")) {
  sqlite3_progress_handler(database_.connection().getHandle(), kStepsBetweenLooks, interrupt_when_over, this);
}

int TaskQueries::interrupt_when_over(void* queries) {
  return Clock::now() > static_cast<TaskQueries*>(queries)->deadline_ ? 1 : 0;
}

template <class Read>
auto TaskQueries::in_time(Read read) {
  deadline_ = time_limit_.count() > 0 ? Clock::now() + time_limit_ : Clock::time_point::max();
  try {
    return read();
  } catch (const SQLite::Exception& e) {
    if (e.getErrorCode() == SQLITE_INTERRUPT) throw QueryTooLong();
    throw;
  }
}

template <class Read>
auto TaskQueries::in_snapshot(Read read) {
  return in_time([&] {
    struct Transaction {
      explicit Transaction(TaskQueries& queries) : queries_(queries) {
        const Use use(queries_.begin_);
        queries_.begin_.exec();
      }
      ~Transaction() {
        queries_.end_.tryExecuteStep();
        queries_.end_.tryReset();
      }
      TaskQueries& queries_;
    };
    const Transaction transaction(*this);
    const Use use(token_);
    token_.executeStep();
    return read(text_of(token_.getColumn(0)));
  });
}

FoundTask TaskQueries::find_task(const events::TaskId& id) {
  return in_time([&] {
    const std::string key = events::StreamId::of(id).to_string();
    const Use use(find_task_);
    find_task_.bindNoCopy(1, key);
    find_task_.executeStep();
    FoundTask found{.token = text_of(find_task_.getColumn(0))};
    if (find_task_.getColumn(1).isNull()) return found;
    found.known = true;
    found.version = find_task_.getColumn(1).getInt64();
    found.deleted = find_task_.getColumn(2).getInt() != 0;
    found.quarantined = find_task_.getColumn(3).getInt() != 0;
    found.body = text_of(find_task_.getColumn(4));
    return found;
  });
}

// A task of which there is a state.
struct TaskQueries::Known {
  std::int64_t stream_no;
  std::int64_t in_log;  // the version that the log has; those after `newest` are parked
  std::optional<events::Quarantine> quarantine;
  std::int64_t newest;
  bool deleted;
  std::string body;
};

std::optional<TaskQueries::Known> TaskQueries::known(const events::TaskId& id) {
  const std::string key = events::StreamId::of(id).to_string();
  const Use use(known_);
  known_.bindNoCopy(1, key);
  if (!known_.executeStep()) return std::nullopt;
  Known known{.stream_no = known_.getColumn(0).getInt64(),
              .in_log = known_.getColumn(1).getInt64(),
              .quarantine = {},
              .newest = known_.getColumn(4).getInt64(),
              .deleted = known_.getColumn(5).getInt() != 0,
              .body = text_of(known_.getColumn(6))};
  if (!known_.getColumn(2).isNull()) {
    known.quarantine =
        events::Quarantine{.version = {known_.getColumn(2).getInt64()}, .reason = text_of(known_.getColumn(3))};
  }
  return known;
}

FoundVersion TaskQueries::find_version(const events::TaskId& id, std::int64_t version) {
  return in_snapshot([&](std::string token) {
    const auto task = known(id);
    if (!task) return FoundVersion{.token = std::move(token)};
    return version_of(id, *task, version, std::move(token));
  });
}

FoundVersion TaskQueries::find_at(const events::TaskId& id, events::Instant time) {
  return in_snapshot([&](std::string token) {
    const auto task = known(id);
    if (!task) return FoundVersion{.token = std::move(token)};
    // Times never go back from version to version. Everything up to `at` is not later than asked, what is after `end`
    // is.
    std::int64_t at = 0;
    std::int64_t end = task->newest;
    while (at < end) {
      const std::int64_t middle = at + (end - at + 1) / 2;
      if (time_of(task->stream_no, middle) <= time) {
        at = middle;
      } else {
        end = middle - 1;
      }
    }
    return version_of(id, *task, at, std::move(token));
  });
}

events::Instant TaskQueries::time_of(std::int64_t stream_no, std::int64_t version) {
  const Use use(time_of_);
  time_of_.bind(1, stream_no);
  time_of_.bind(2, version);
  time_of_.executeStep();
  return events::Instant(std::chrono::microseconds(time_of_.getColumn(0).getInt64()));
}

FoundVersion TaskQueries::version_of(const events::TaskId& id, const Known& known, std::int64_t version,
                                     std::string token) {
  FoundVersion found{.token = std::move(token), .quarantined = known.quarantine.has_value(), .version = version};
  if (version < 1 || version > known.in_log) return found;
  if (version > known.newest) {
    found.kind = FoundVersion::Kind::Parked;
  } else if (version == known.newest && known.deleted) {
    found.kind = FoundVersion::Kind::Deleted;
  } else {
    found.kind = FoundVersion::Kind::Found;
    found.body = version == known.newest ? known.body : past_body(id, known, version);
  }
  return found;
}

std::string TaskQueries::past_body(const events::TaskId& id, const Known& known, std::int64_t version) {
  PastTask task(id);
  const Use use(items_);
  items_.bind(1, known.stream_no);
  items_.bind(2, version - version % kVersionsPerState);  // kept whole, unless it is 0
  items_.bind(3, version);
  while (items_.executeStep()) {
    if (items_.getColumn(1).isNull()) {
      task.add_item(text_of(items_.getColumn(0)));
    } else {
      task.start_from(text_of(items_.getColumn(1)));
    }
  }
  return task.body(known.quarantine);
}

SQLite::Statement& TaskQueries::statement_for(const BoundSql& sql) {
  if (const auto known = lists_.find(sql.text); known != lists_.end()) return known->second;
  if (lists_.size() >= kPreparedLists) lists_.clear();
  return lists_.emplace(sql.text, database_.prepare(sql.text)).first->second;
}

TaskPage TaskQueries::list_tasks(const TaskListQuery& query) {
  return in_snapshot([&](std::string token) {
    TaskPage page{.token = std::move(token), .items = {}, .next = {}, .total = {}};
    std::int64_t rows = 0;
    Cursor last;
    for (const BoundSql& sql : page_statements(query)) {
      if (page.next) break;
      SQLite::Statement& statement = statement_for(sql);
      const Use use(statement);
      bind_all(statement, sql);
      statement.bind(static_cast<int>(sql.values.size()) + 1, query.limit + 1 - rows);
      while (!page.next && statement.executeStep()) {
        // The row after the last one is looked at only to know that there is one.
        if (rows == query.limit) {
          page.next = std::move(last);
          break;
        }
        if (rows++ > 0) page.items += ',';
        append_text(page.items, statement.getColumn(0));
        if (rows == query.limit) last = cursor_of(statement);
      }
    }
    if (query.with_total) {
      const BoundSql sql = total_statement(query.filter);
      SQLite::Statement& statement = statement_for(sql);
      const Use use(statement);
      bind_all(statement, sql);
      statement.executeStep();
      page.total = statement.getColumn(0).getInt64();
    }
    return page;
  });
}

HistoryPage TaskQueries::history(const events::TaskId& id, std::int64_t after_version, std::int64_t limit) {
  return in_snapshot([&](std::string token) {
    HistoryPage page{.token = std::move(token), .known = false, .items = {}, .next = {}};
    const std::string key = events::StreamId::of(id).to_string();
    {
      const Use use(find_task_);
      find_task_.bindNoCopy(1, key);
      find_task_.executeStep();
      page.known = !find_task_.getColumn(1).isNull();
    }
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

ParkedPage TaskQueries::parked(std::optional<events::Position> after, std::int64_t limit) {
  return in_snapshot([&](std::string token) {
    ParkedPage page{.token = std::move(token), .rows = {}, .more = false};
    SQLite::Statement select = select_parked(database_, "(partition, record_offset) > (?, ?)");
    const events::Position from = after.value_or(events::Position{.partition = -1, .offset = -1});
    select.bind(1, from.partition);
    select.bind(2, from.offset);
    std::size_t bytes = 0;
    while (select.executeStep()) {
      if (std::cmp_equal(page.rows.size(), limit) || bytes >= kParkedPageBytes) {
        page.more = true;
        break;
      }
      page.rows.push_back(parked_row(select));
      const events::Record& record = page.rows.back().record.record;
      bytes += record.value.size() + (record.key ? record.key->size() : 0);
      for (const events::Header& header : record.headers) bytes += header.name.size() + header.value.size();
    }
    return page;
  });
}

ModelCounts TaskQueries::counts() {
  return in_snapshot([&](std::string token) {
    const auto count = [&](const char* sql) { return database_.connection().execAndGet(sql).getInt64(); };
    return ModelCounts{.token = std::move(token),
                       .parked = count("SELECT count(*) FROM parked_records"),
                       .quarantined = count("SELECT count(*) FROM streams WHERE quarantine_version IS NOT NULL")};
  });
}

}  // namespace taskstream::projection
