#include "projection-service/readmodel/list_page.hpp"

#include <algorithm>

namespace taskstream::projection {
namespace {

Cursor cursor_of(SQLite::Statement& row) {
  Cursor cursor{.key = {}, .id = uuid_of(row.getColumn(1))};
  const SQLite::Column key = row.getColumn(2);
  if (key.isInteger()) cursor.key = key.getInt64();
  if (key.isText()) cursor.key = text_of(key);
  return cursor;
}

}  // namespace

void fill_page(ListPage& page, QueryConnection& connection, std::vector<BoundSql> statements, std::int64_t limit) {
  std::int64_t rows = 0;
  Cursor last;
  for (BoundSql& sql : statements) {
    if (page.next) break;
    sql.values.emplace_back(limit + 1 - rows);
    connection.each_row(sql, [&](SQLite::Statement& row) {
      // The row after the last one is looked at only to know that there is one.
      if (rows == limit) {
        page.next = std::move(last);
        return false;
      }
      if (rows++ > 0) page.items += ',';
      append_text(page.items, row.getColumn(0));
      if (rows == limit) last = cursor_of(row);
      return true;
    });
  }
}

std::vector<std::int64_t> numbers_of(QueryConnection& connection, const BoundSql& sql) {
  std::vector<std::int64_t> numbers;
  connection.each_row(sql, [&](SQLite::Statement& row) {
    numbers.push_back(row.getColumn(0).getInt64());
    return true;
  });
  return numbers;
}

std::optional<std::string> few_numbers_of(QueryConnection& connection, const BoundSql& sql, std::size_t few) {
  std::vector<std::int64_t> numbers;
  connection.each_row(sql, [&](SQLite::Statement& row) {
    numbers.push_back(row.getColumn(0).getInt64());
    return numbers.size() <= few;
  });
  return numbers.size() <= few ? std::optional(json_array_of(std::move(numbers))) : std::nullopt;
}

std::string json_array_of(std::vector<std::int64_t> numbers) {
  if (!std::ranges::is_sorted(numbers)) std::ranges::sort(numbers);
  std::string json = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && numbers[i] == numbers[i - 1]) continue;
    if (i > 0) json += ',';
    json += std::to_string(numbers[i]);
  }
  return json + "]";
}

}  // namespace taskstream::projection
