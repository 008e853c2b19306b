#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projection-service/readmodel/cursor.hpp"
#include "projection-service/readmodel/query_connection.hpp"

namespace taskstream::projection {

// A page of a list, read from the snapshot that the token names.
struct ListPage {
  std::string token;
  std::string items;  // bodies, separated by commas
  std::optional<Cursor> next;
  std::optional<std::int64_t> total;
};

// Fills a page from statements that answer (body, id, sort key) and take the number of rows as their last value, one
// statement after the other.
void fill_page(ListPage& page, QueryConnection& connection, std::vector<BoundSql> statements, std::int64_t limit);

// What the statement's first column holds.
std::vector<std::int64_t> numbers_of(QueryConnection& connection, const BoundSql& sql);
// The same as a JSON array, sorted, each once; nothing when they are more than `few`, which ends the reading.
std::optional<std::string> few_numbers_of(QueryConnection& connection, const BoundSql& sql, std::size_t few);
std::string json_array_of(std::vector<std::int64_t> numbers);

}  // namespace taskstream::projection
