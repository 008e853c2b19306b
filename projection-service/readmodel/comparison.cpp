#include "projection-service/readmodel/comparison.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace taskstream::projection {
namespace {

constexpr int kInstructionsBetweenLooks = 10'000;
constexpr std::size_t kShownBytes = 200;

// In SQLite's own order: NULL, numbers, texts, blobs.
struct Blob {
  std::string bytes;
  friend auto operator<=>(const Blob&, const Blob&) = default;
};
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
using Row = std::vector<Value>;

Value value_of(const SQLite::Column& column) {
  const auto size = static_cast<std::size_t>(column.getBytes());
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return column.getInt64();
    case SQLITE_FLOAT:
      return column.getDouble();
    case SQLITE_TEXT:
      return std::string(column.getText(), size);
    case SQLITE_BLOB:
      return Blob{size == 0 ? std::string() : std::string(static_cast<const char*>(column.getBlob()), size)};
    default:
      return std::monostate();
  }
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "x'";
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text + "'";
}

struct Shown {
  std::string operator()(std::monostate) const { return "NULL"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return std::to_string(number); }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const Blob& blob) const { return hex(blob.bytes); }
};

// Around the first byte that differs, where the values are long.
std::string shown(const Value& value, std::size_t from = 0) {
  const std::string text = std::visit(Shown(), value);
  if (text.size() <= kShownBytes) return text;
  const std::size_t begin = from > kShownBytes / 2 ? from - kShownBytes / 2 : 0;
  const std::string part = text.substr(begin, kShownBytes);
  return (begin > 0 ? "..." : "") + part + (begin + kShownBytes < text.size() ? "..." : "");
}

std::size_t first_difference(const Value& a, const Value& b) {
  const std::string one = std::visit(Shown(), a);
  const std::string other = std::visit(Shown(), b);
  const auto size = std::min(one.size(), other.size());
  return static_cast<std::size_t>(
      std::mismatch(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(size), other.begin()).first - one.begin());
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

// One table as both models are asked for it: the same statement, ordered by what tells its rows apart.
struct Listing {
  std::string select;
  std::vector<std::string> columns;  // those that tell rows apart first
  std::size_t key_columns = 0;
};

constexpr const char* kStream = "stream_no";

std::string expression_of(const std::string& column) {
  if (column != kStream) return quoted(column);
  return "coalesce((SELECT key FROM streams s WHERE s.stream_no = t.stream_no), 'no stream ' || t.stream_no)";
}

Listing list(std::vector<std::string> keys, const std::vector<std::string>& others, const std::string& table) {
  Listing listing{.select = "SELECT ", .columns = std::move(keys)};
  if (listing.columns.empty()) {
    listing.columns = others;
    listing.key_columns = others.size();
  } else {
    listing.key_columns = listing.columns.size();
    listing.columns.insert(listing.columns.end(), others.begin(), others.end());
  }
  std::string order;
  for (std::size_t i = 0; i < listing.columns.size(); ++i) {
    listing.select += (i > 0 ? ", " : "") + expression_of(listing.columns[i]);
    if (i < listing.key_columns) order += (i > 0 ? ", " : "") + std::to_string(i + 1);
  }
  listing.select += " FROM " + table + " t ORDER BY " + order;
  return listing;
}

std::vector<std::string> texts_of(SQLite::Statement select) {
  std::vector<std::string> texts;
  while (select.executeStep()) texts.push_back(select.getColumn(0).getString());
  return texts;
}

SQLite::Statement ask_of(sqlite::Database& database, const char* sql, const std::string& name) {
  SQLite::Statement select = database.prepare(sql);
  select.bind(1, name);
  return select;
}

// What tells the rows of a table apart: its primary key, or else a unique index. Streams are told by their keys,
// whatever number they have. Empty = nothing does, and every column counts.
std::vector<std::string> key_of(sqlite::Database& database, const std::string& table) {
  if (table == "streams") return {"key"};
  auto key = texts_of(ask_of(database, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table));
  if (!key.empty()) return key;
  const auto indexes = texts_of(ask_of(
      database, "SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0 ORDER BY name", table));
  if (indexes.empty()) return {};
  return texts_of(ask_of(database, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", indexes.front()));
}

Listing listing_of(sqlite::Database& database, const std::string& table) {
  const std::vector<std::string> key = key_of(database, table);
  auto others = texts_of(ask_of(database, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table));
  std::erase_if(others, [&](const std::string& name) {
    return std::ranges::find(key, name) != key.end() || (table == "streams" && name == kStream);
  });
  return list(key, others, quoted(table));
}

using Tables = std::map<std::string, std::string>;  // name -> how it was made

Tables tables_of(sqlite::Database& database) {
  Tables tables;
  SQLite::Statement select = database.prepare(
      "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
      "'\\'");
  while (select.executeStep()) tables.emplace(select.getColumn(0).getString(), select.getColumn(1).getString());
  return tables;
}

bool is_full_text(const std::string& sql) {
  return sql.starts_with("CREATE VIRTUAL TABLE") && sql.find("fts5") != std::string::npos;
}

// The tables in which full text keeps itself: pages of their own making, which depend on the order of writing.
bool belongs_to_full_text(const std::string& name, const Tables& tables) {
  return std::ranges::any_of(
      tables, [&](const auto& table) { return is_full_text(table.second) && name.starts_with(table.first + "_"); });
}

// What full text would find: each word of each row and its place.
Listing full_text_listing(sqlite::Database& database, const std::string& table) {
  const std::string words = "words_of_" + table;
  database.execute(("CREATE VIRTUAL TABLE IF NOT EXISTS temp." + quoted(words) + " USING fts5vocab(main, " +
                    quoted(table) + ", instance)")
                       .c_str());
  return list({kStream, "term", "col", "offset"}, {},
              "(SELECT doc AS stream_no, term, col, \"offset\" FROM temp." + quoted(words) + ")");
}

// A pass over the rows of one listing.
class Rows {
 public:
  Rows(sqlite::Database& database, const Listing& listing) : select_(database.prepare(listing.select)) { advance(); }

  const std::optional<Row>& now() const { return row_; }
  void advance() {
    if (!select_.executeStep()) {
      row_.reset();
      return;
    }
    row_.emplace();
    for (int i = 0; i < select_.getColumnCount(); ++i) row_->push_back(value_of(select_.getColumn(i)));
  }

 private:
  SQLite::Statement select_;
  std::optional<Row> row_;
};

class TableComparison {
 public:
  TableComparison(std::string table, const Listing& listing, const ComparisonListener& listener)
      : table_(std::move(table)), listing_(listing), listener_(listener) {}

  std::int64_t run(Rows is, Rows must_be) {
    std::int64_t rows = 0;
    for (; is.now() || must_be.now(); ++rows) {
      const auto order = compare_keys(is.now(), must_be.now());
      if (order < 0) report(RowDifference::Kind::Extra, *is.now());
      if (order > 0) report(RowDifference::Kind::Missing, *must_be.now());
      if (order == 0) compare_columns(*is.now(), *must_be.now());
      if (order <= 0) is.advance();
      if (order >= 0) must_be.advance();
      listener_.on_row();
    }
    return rows;
  }

 private:
  // Less than 0 where the first comes first; a table that is at its end comes last.
  int compare_keys(const std::optional<Row>& a, const std::optional<Row>& b) const {
    if (!a || !b) return a ? -1 : 1;
    for (std::size_t i = 0; i < listing_.key_columns; ++i) {
      if ((*a)[i] != (*b)[i]) return (*a)[i] < (*b)[i] ? -1 : 1;
    }
    return 0;
  }

  void compare_columns(const Row& is, const Row& must_be) const {
    for (std::size_t i = listing_.key_columns; i < listing_.columns.size(); ++i) {
      if (is[i] == must_be[i]) continue;
      const std::size_t at = first_difference(is[i], must_be[i]);
      listener_.on_difference({.kind = RowDifference::Kind::Differs,
                               .table = table_,
                               .row = name_of(is),
                               .column = listing_.columns[i],
                               .value = shown(is[i], at),
                               .must_be = shown(must_be[i], at)});
    }
  }

  void report(RowDifference::Kind kind, const Row& row) const {
    listener_.on_difference(
        {.kind = kind, .table = table_, .row = name_of(row), .column = {}, .value = {}, .must_be = {}});
  }

  std::string name_of(const Row& row) const {
    std::string name;
    for (std::size_t i = 0; i < listing_.key_columns; ++i) {
      const std::string& column = listing_.columns[i];
      name += (i > 0 ? " " : "") + (column == kStream ? "stream" : column) + "=" + shown(row[i]);
    }
    return name;
  }

  const std::string table_;
  const Listing& listing_;
  const ComparisonListener& listener_;
};

// Lets long statements be cancelled: sorting a large table yields no row for a while.
class Cancellable {
 public:
  Cancellable(sqlite::Database& database, const ComparisonListener& listener)
      : handle_(database.connection().getHandle()) {
    sqlite3_progress_handler(handle_, kInstructionsBetweenLooks, &is_cancelled,
                             const_cast<ComparisonListener*>(&listener));
  }
  ~Cancellable() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;

 private:
  static int is_cancelled(void* listener) {
    return static_cast<const ComparisonListener*>(listener)->is_cancelled() ? 1 : 0;
  }

  sqlite3* handle_;
};

}  // namespace

void sort_on_disk(sqlite::Database& database) {
  database.execute("PRAGMA temp_store = FILE");
}

std::int64_t compare(sqlite::Database& is, sqlite::Database& must_be, const ComparisonListener& listener) {
  const Cancellable one(is, listener);
  const Cancellable other(must_be, listener);
  const Tables wanted = tables_of(must_be);
  const Tables there = tables_of(is);
  const auto report_table = [&](RowDifference::Kind kind, const std::string& name) {
    listener.on_difference({.kind = kind, .table = name, .row = {}, .column = {}, .value = {}, .must_be = {}});
  };
  for (const auto& [name, sql] : there) {
    if (!wanted.contains(name)) report_table(RowDifference::Kind::Extra, name);
  }
  std::int64_t rows = 0;
  for (const auto& [name, sql] : wanted) {
    if (belongs_to_full_text(name, wanted)) continue;
    if (!there.contains(name)) {
      report_table(RowDifference::Kind::Missing, name);
      continue;
    }
    const Listing listing = is_full_text(sql) ? full_text_listing(must_be, name) : listing_of(must_be, name);
    if (is_full_text(sql)) full_text_listing(is, name);
    rows += TableComparison(name, listing, listener).run(Rows(is, listing), Rows(must_be, listing));
  }
  return rows;
}

std::string find_broken_pages(sqlite::Database& database, const ComparisonListener& listener) {
  const Cancellable cancellable(database, listener);
  try {
    const std::string verdict = database.connection().execAndGet("PRAGMA integrity_check(1)").getString();
    return verdict == "ok" ? std::string() : verdict;
  } catch (const SQLite::Exception& e) {
    if (!sqlite::means_damage(e)) throw;
    return e.what();
  }
}

}  // namespace taskstream::projection
