#pragma once

#include <atomic>
#include <cstddef>
#include <stdexcept>

#include "projection-service/projection/projector.hpp"
#include "projection-service/projection/rebuild_desk.hpp"

namespace taskstream::projection {

// The file could not be filled, or does not hold what the fold says. It is to be thrown away.
class BulkLoadFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// How the memory of a rebuild is shared out. What the parts take beyond their bounds (allocator, statements) is left
// room for.
struct RebuildMemory {
  std::size_t total_bytes = 512UL * 1024 * 1024;

  int sqlite_kib() const { return static_cast<int>(total_bytes * 30 / 100 / 1024); }
  std::size_t streams_bytes() const { return total_bytes * 20 / 100; }  // and half as much again before it is written
  std::size_t handover_bytes() const { return total_bytes / 10; }
};

// Fills a file that begin_bulk() has made: everything that the log holds when this comes to its end, or all but the
// last few thousand records of a log that grows meanwhile. Reads on the log's thread, folds and writes on this one; makes
// the indexes last, and then holds every row that was written against the file. Seals the file. Throws BulkLoadFailed,
// soon after `stop` is set too, and SQLite::Exception.
void bulk_load(ModelFile& file, events::EventLog& log, const events::LogIdentity& identity, const RebuildMemory& memory,
               RebuildDesk& desk, const std::atomic<bool>& stop);

// Throws BulkLoadFailed when the rows of the file are not those that were written.
void verify_rows(ModelFile& file, const ModelDigests& written);

}  // namespace taskstream::projection
