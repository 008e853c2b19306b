#pragma once

#include <functional>
#include <string>

#include "events/sqlite/database.hpp"

// Two read models held against each other, table by table and row by row. What rows call a stream (`stream_no`) depends
// on the order in which partitions were read, so streams are told by their keys.
namespace taskstream::projection {

struct RowDifference {
  enum class Kind {
    Missing,  // the row, or the table, is not there
    Extra,    // it is there, and must not be
    Differs,  // one column of it does
  };
  Kind kind;
  std::string table;
  std::string row;      // the columns that tell rows apart, `key=task/… version=3`
  std::string column;   // of Differs
  std::string value;    // of Differs, as it is; cut where it is long
  std::string must_be;  // of Differs
};

struct ComparisonListener {
  std::function<void(RowDifference)> on_difference;
  std::function<void()> on_row;        // one was compared
  std::function<bool()> is_cancelled;  // asked often, from within long statements too
};

// To be called on both, outside of a transaction, before whole tables are sorted: their size does not matter then.
void sort_on_disk(sqlite::Database& database);

// Answers how many rows were compared. Throws SQLite::Exception, also when it was cancelled.
std::int64_t compare(sqlite::Database& is, sqlite::Database& must_be, const ComparisonListener& listener);

// What is wrong with the pages and indexes of the file; empty = nothing.
std::string find_broken_pages(sqlite::Database& database, const ComparisonListener& listener);

}  // namespace taskstream::projection
