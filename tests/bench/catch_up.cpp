#include "tests/bench/catch_up.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace taskstream::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 1'000;

// Statements that copy one table's rows, from rows held in memory.
class Table {
 public:
  // `select` begins with the event that a row belongs to, counted from 0.
  Table(SQLite::Database& from, const std::string& name, const std::string& select) : name_(name) {
    SQLite::Statement rows(from, select);
    columns_ = static_cast<std::size_t>(rows.getColumnCount()) - 1;
    while (rows.executeStep()) {
      events_.push_back(rows.getColumn(0).getInt64());
      for (std::size_t c = 0; c < columns_; ++c) values_.push_back(value_of(rows.getColumn(static_cast<int>(c) + 1)));
    }
  }

  void prepare(SQLite::Database& into) {
    std::string places = "?";
    for (std::size_t c = 1; c < columns_; ++c) places += ", ?";
    insert_.emplace(into, "INSERT INTO " + name_ + " VALUES (" + places + ")");
  }

  void insert_rows_of(std::int64_t event) {
    for (; next_ < events_.size() && events_[next_] <= event; ++next_) {
      for (std::size_t c = 0; c < columns_; ++c) bind(static_cast<int>(c) + 1, values_[next_ * columns_ + c]);
      insert_->exec();
      insert_->reset();
    }
  }

  std::size_t rows() const { return events_.size(); }

 private:
  struct Value {
    int type = SQLITE_NULL;
    std::int64_t integer = 0;
    std::string bytes;
  };

  static Value value_of(const SQLite::Column& column) {
    if (column.isInteger()) return {.type = SQLITE_INTEGER, .integer = column.getInt64(), .bytes = {}};
    if (column.isNull()) return {};
    return {.type = column.isText() ? SQLITE_TEXT : SQLITE_BLOB, .bytes = column.getString()};
  }

  void bind(int index, const Value& value) {
    if (value.type == SQLITE_NULL) insert_->bind(index);
    if (value.type == SQLITE_INTEGER) insert_->bind(index, value.integer);
    if (value.type == SQLITE_TEXT) insert_->bindNoCopy(index, value.bytes);
    if (value.type == SQLITE_BLOB) {
      insert_->bindNoCopy(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
    }
  }

  std::string name_;
  std::size_t columns_ = 0;
  std::vector<std::int64_t> events_;
  std::vector<Value> values_;
  std::size_t next_ = 0;
  std::optional<SQLite::Statement> insert_;
};

void make_schema(SQLite::Database& from, SQLite::Database& into) {
  into.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 0; PRAGMA cache_size = -32000");
  // A full text index makes the tables that it keeps itself in.
  SQLite::Statement schema(
      from,
      "SELECT sql FROM sqlite_master AS t WHERE sql IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sqlite_master AS words "
      "WHERE words.sql LIKE 'CREATE VIRTUAL TABLE%' AND t.name LIKE words.name || '\\_%' ESCAPE '\\') ORDER BY rowid");
  while (schema.executeStep()) into.exec(schema.getColumn(0).getString());
}

}  // namespace

double measure_naive_catch_up(const std::string& finished_model, const std::string& into_path) {
  SQLite::Database from(finished_model);
  SQLite::Database into(into_path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX);
  make_schema(from, into);
  // Events are numbered as the log has them; a task's row belongs to its first event.
  from.exec(
      "CREATE TEMP TABLE numbered AS SELECT row_number() OVER (ORDER BY json_extract(item, '$.position.offset'), "
      "json_extract(item, '$.position.partition')) - 1 AS event, stream_no, version FROM history;"
      "CREATE UNIQUE INDEX temp.numbered_by_stream ON numbered (stream_no, version)");
  const std::string first = " JOIN numbered ON numbered.stream_no = t.stream_no AND numbered.version = 1";
  std::vector<Table> tables;
  tables.emplace_back(from, "streams", "SELECT event, t.* FROM streams t" + first + " ORDER BY event");
  tables.emplace_back(from, "tasks", "SELECT event, t.* FROM tasks t" + first + " ORDER BY event");
  tables.emplace_back(from, "task_tags", "SELECT event, t.* FROM task_tags t" + first + " ORDER BY event");
  tables.emplace_back(from, "task_words (rowid, words)",
                      "SELECT event, t.stream_no, json_extract(body, '$.title') || char(10) || "
                      "coalesce(json_extract(body, '$.description'), '') || json_extract(body, '$.tags') FROM tasks t" +
                          first + " ORDER BY event");
  tables.emplace_back(from, "history",
                      "SELECT event, t.* FROM history t JOIN numbered USING (stream_no, version) ORDER BY event");
  const std::size_t events = tables.back().rows();

  for (Table& table : tables) table.prepare(into);
  const auto start = Clock::now();
  for (std::size_t event = 0; event < events; event += kBatch) {
    SQLite::Transaction transaction(into);
    for (std::size_t i = event; i < std::min(events, event + kBatch); ++i) {
      for (Table& table : tables) table.insert_rows_of(static_cast<std::int64_t>(i));
    }
    transaction.commit();
  }
  return static_cast<double>(events) / std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace taskstream::bench
