#include "events/log/position.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace taskstream::events {

std::vector<Partition> all_partitions(Partition count) {
  std::vector<Partition> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Offset PositionVector::next(Partition partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return index < next_.size() ? next_[index] : 0;
}

void PositionVector::advance(Partition partition, Offset next) {
  const auto index = static_cast<std::size_t>(partition);
  if (index >= next_.size()) next_.resize(index + 1, 0);
  next_[index] = std::max(next_[index], next);
}

void PositionVector::advance(const PositionVector& other) {
  for (Partition p = 0; p < other.size(); ++p) advance(p, other.next(p));
}

bool PositionVector::covers(const PositionVector& other) const {
  for (Partition p = 0; p < other.size(); ++p) {
    if (next(p) < other.next(p)) return false;
  }
  return true;
}

Offset PositionVector::lag_behind(const PositionVector& end) const {
  constexpr Offset kMost = std::numeric_limits<Offset>::max();
  Offset lag = 0;
  for (Partition p = 0; p < end.size(); ++p) {
    const Offset more = std::max<Offset>(0, end.next(p) - next(p));
    lag = more > kMost - lag ? kMost : lag + more;
  }
  return lag;
}

bool operator==(const PositionVector& a, const PositionVector& b) {
  return a.covers(b) && b.covers(a);
}

}  // namespace taskstream::events
