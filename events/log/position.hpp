#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "events/contract/record.hpp"

namespace taskstream::events {

using Offset = std::int64_t;

std::vector<Partition> all_partitions(Partition count);

// Where a record stands in the log.
struct Position {
  Partition partition = 0;
  Offset offset = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// The next offset of each partition: everything before it has been seen. A partition that is absent stands at 0.
class PositionVector {
 public:
  PositionVector() = default;
  explicit PositionVector(std::vector<Offset> next) : next_(std::move(next)) {}

  Offset next(Partition partition) const;
  // Never moves back: an older offset changes nothing.
  void advance(Partition partition, Offset next);
  void advance(const PositionVector& other);
  bool covers(Position position) const { return position.offset < next(position.partition); }
  bool covers(const PositionVector& other) const;
  // How many offsets of all that lies before `end` are not covered here; the greatest number where there are more, as
  // only a token that somebody made up can say.
  Offset lag_behind(const PositionVector& end) const;
  // How many partitions have an offset here; those after it stand at 0.
  Partition size() const { return static_cast<Partition>(next_.size()); }

  friend bool operator==(const PositionVector&, const PositionVector&);

 private:
  std::vector<Offset> next_;
};

}  // namespace taskstream::events
