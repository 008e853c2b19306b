#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/rows.hpp"

// Parked records as the file holds them, read back.
namespace taskstream::projection {

// Selects what parked_row() reads, in the order of partitions and offsets.
SQLite::Statement select_parked(sqlite::Database& database, const std::string& condition);

// The row on which the statement stands. Throws std::runtime_error when its headers cannot be read.
ParkedRow parked_row(SQLite::Statement& select);

struct ParkedPage {
  std::string token;
  std::vector<ParkedRow> rows;
  bool more = false;
};

// Records after the given position, in the order of partitions and offsets; fewer than `limit` when their bytes are many,
// but one at least.
ParkedPage list_parked(QueryConnection& connection, std::optional<events::Position> after, std::int64_t limit);

}  // namespace taskstream::projection
