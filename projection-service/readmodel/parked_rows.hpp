#pragma once

#include <string>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/rows.hpp"

// Parked records as the file holds them, read back.
namespace taskstream::projection {

// Selects what parked_row() reads, in the order of partitions and offsets.
SQLite::Statement select_parked(sqlite::Database& database, const std::string& condition);

// The row on which the statement stands. Throws std::runtime_error when its headers cannot be read.
ParkedRow parked_row(SQLite::Statement& select);

}  // namespace taskstream::projection
