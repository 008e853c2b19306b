#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/log/event_log.hpp"
#include "events/log/position.hpp"

namespace taskstream::events {

// What a reader must remember of one partition to go on later, and to notice that the log is no longer the one it read.
struct PartitionCheckpoint {
  Offset next = 0;
  Offset last_offset = -1;  // of the last record read; -1 = none. Below next - 1 where offsets carried nothing.
  std::string last_id;      // its ce_id; empty when it had none

  friend bool operator==(const PartitionCheckpoint&, const PartitionCheckpoint&) = default;
};

// How far a reader has come in every partition.
class Checkpoint {
 public:
  Checkpoint() = default;
  explicit Checkpoint(std::vector<PartitionCheckpoint> partitions) : partitions_(std::move(partitions)) {}

  PartitionCheckpoint at(Partition partition) const;
  void advance(const LogRecord& record);
  void advance_to_end(Position end);

  Partition size() const { return static_cast<Partition>(partitions_.size()); }
  PositionVector positions() const;

 private:
  PartitionCheckpoint& slot(Partition partition);

  std::vector<PartitionCheckpoint> partitions_;
};

// The `ce_id` by which a record is recognised when it is read again; empty when it has none or several.
std::string identity_of(const Record& record);

}  // namespace taskstream::events
