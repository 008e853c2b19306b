#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/rows.hpp"

namespace taskstream::projection {

// A sum over rows, whatever their order: two of them are equal when the same rows were added (up to a chance of one in
// 2^64), and a row that is written anew is taken out first.
class RowDigest {
 public:
  void add(std::uint64_t row) { sum_ += row, ++rows_; }
  void remove(std::uint64_t row) { sum_ -= row, --rows_; }
  std::int64_t rows() const { return rows_; }

  friend bool operator==(const RowDigest&, const RowDigest&) = default;

 private:
  std::uint64_t sum_ = 0;
  std::int64_t rows_ = 0;
};

// What a read model should hold, as the fold says, or holds, as its file says.
struct ModelDigests {
  RowDigest streams;  // with the rows of tasks and users that belong to them
  RowDigest tags;
  RowDigest sights;  // that were lost
  RowDigest history;
  RowDigest parked;

  friend bool operator==(const ModelDigests&, const ModelDigests&) = default;
};

std::uint64_t digest_of(const std::string& key, const StoredStream& stored);
std::uint64_t digest_of_tag(const std::string& tag, StreamNo stream);
std::uint64_t digest_of(const SightLostRow& row);
std::uint64_t digest_of(const HistoryRow& row);
std::uint64_t digest_of(const ParkedRow& row);

// Reads every row of the file.
ModelDigests read_digests(sqlite::Database& database);

}  // namespace taskstream::projection
