#include "events/log/checkpoint.hpp"

#include <algorithm>

namespace taskstream::events {

PartitionCheckpoint Checkpoint::at(Partition partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return index < partitions_.size() ? partitions_[index] : PartitionCheckpoint{};
}

PartitionCheckpoint& Checkpoint::slot(Partition partition) {
  const auto index = static_cast<std::size_t>(partition);
  if (index >= partitions_.size()) partitions_.resize(index + 1);
  return partitions_[index];
}

void Checkpoint::advance(const LogRecord& record) {
  slot(record.position.partition) = {
      .next = record.position.offset + 1, .last_offset = record.position.offset, .last_id = identity_of(record.record)};
}

void Checkpoint::advance_to_end(Position end) {
  PartitionCheckpoint& partition = slot(end.partition);
  partition.next = std::max(partition.next, end.offset);
}

PositionVector Checkpoint::positions() const {
  PositionVector positions;
  for (Partition p = 0; p < size(); ++p) positions.advance(p, at(p).next);
  return positions;
}

std::string identity_of(const Record& record) {
  const std::string* id = nullptr;
  for (const Header& header : record.headers) {
    if (header.name != "ce_id") continue;
    if (id != nullptr) return {};
    id = &header.value;
  }
  return id != nullptr ? *id : std::string();
}

}  // namespace taskstream::events
