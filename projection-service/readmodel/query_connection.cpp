#include "projection-service/readmodel/query_connection.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace taskstream::projection {
namespace {

constexpr int kStepsBetweenLooks = 4'000;
// Combinations of filters and sorts that are asked for in turn; beyond them somebody plays.
constexpr std::size_t kPreparedStatements = 256;
constexpr std::size_t kBits = 64;

struct BindAt {
  SQLite::Statement& statement;
  int index;

  void operator()(std::int64_t value) const { statement.bind(index, value); }
  void operator()(const std::string& text) const { statement.bindNoCopy(index, text); }
  void operator()(const events::Uuid& id) const {
    statement.bindNoCopy(index, id.bytes().data(), static_cast<int>(id.bytes().size()));
  }
};

void is_marked(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto& marked = *static_cast<const std::vector<std::uint64_t>*>(sqlite3_user_data(context));
  const auto number = static_cast<std::uint64_t>(sqlite3_value_int64(arguments[0]));
  const bool is = number / kBits < marked.size() && ((marked[number / kBits] >> (number % kBits)) & 1) != 0;
  sqlite3_result_int(context, is ? 1 : 0);
}

}  // namespace

QueryConnection::QueryConnection(const std::filesystem::path& path, std::chrono::milliseconds time_limit)
    : database_(path, sqlite::Database::Mode::ReadOnly),
      time_limit_(time_limit),
      begin_(database_.prepare("BEGIN")),
      end_(database_.prepare("COMMIT")),
      token_(database_.prepare("SELECT token FROM snapshot")) {
  sqlite3* handle = database_.connection().getHandle();
  sqlite3_progress_handler(handle, kStepsBetweenLooks, interrupt_when_over, this);
  sqlite3_create_function_v2(handle, "is_marked", 1, SQLITE_UTF8, &marked_, is_marked, nullptr, nullptr, nullptr);
}

QueryConnection::Snapshot::Snapshot(QueryConnection& connection) : connection_(connection) {
  const Use use(connection_.begin_);
  connection_.begin_.exec();
}

QueryConnection::Snapshot::~Snapshot() {
  connection_.end_.tryExecuteStep();
  connection_.end_.tryReset();
}

std::string QueryConnection::token() {
  const Use use(token_);
  token_.executeStep();
  return text_of(token_.getColumn(0));
}

int QueryConnection::interrupt_when_over(void* connection) {
  return Clock::now() > static_cast<QueryConnection*>(connection)->deadline_ ? 1 : 0;
}

bool QueryConnection::is_interruption(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_INTERRUPT;
}

SQLite::Statement& QueryConnection::statement_for(const std::string& sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) return known->second;
  if (statements_.size() >= kPreparedStatements) statements_.clear();
  return statements_.emplace(sql, database_.prepare(sql)).first->second;
}

void QueryConnection::bind(SQLite::Statement& statement, const BoundSql& sql) {
  int index = 0;
  for (const auto& value : sql.values) std::visit(BindAt{.statement = statement, .index = ++index}, value);
}

std::int64_t QueryConnection::number(const BoundSql& sql) {
  std::int64_t number = 0;
  each_row(sql, [&](SQLite::Statement& row) {
    number = row.getColumn(0).getInt64();
    return false;
  });
  return number;
}

void QueryConnection::mark(const std::vector<std::int64_t>& stream_nos) {
  marked_.clear();
  if (stream_nos.empty()) return;
  marked_.resize(static_cast<std::size_t>(std::ranges::max(stream_nos)) / kBits + 1);
  for (const std::int64_t no : stream_nos) {
    const auto number = static_cast<std::uint64_t>(no);
    marked_[number / kBits] |= std::uint64_t{1} << (number % kBits);
  }
}

void append_text(std::string& to, const SQLite::Column& column) {
  const char* text = column.getText();
  to.append(text, static_cast<std::size_t>(column.getBytes()));
}

std::string text_of(const SQLite::Column& column) {
  std::string text;
  append_text(text, column);
  return text;
}

events::Uuid uuid_of(const SQLite::Column& column) {
  events::Uuid::Bytes bytes{};
  if (column.getBytes() == static_cast<int>(bytes.size())) {
    const auto* blob = static_cast<const std::uint8_t*>(column.getBlob());
    std::copy(blob, blob + bytes.size(), bytes.begin());
  }
  return events::Uuid(bytes);
}

}  // namespace taskstream::projection
