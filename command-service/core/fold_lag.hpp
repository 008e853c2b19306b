#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// How far the fold is behind the log, as far as the log has told where it ends: a barrier tells it, and so does reading
// to the end of a partition. Who asks nothing of the log does not hear that others have appended.
class FoldLag {
 public:
  void on_end(events::Partition partition, events::Offset end, const events::PositionVector& fold, SteadyTime now) {
    ends_.advance(partition, end);
    const auto index = static_cast<std::size_t>(partition);
    if (index >= told_.size()) told_.resize(index + 1);
    auto& told = told_[index];
    std::erase_if(told, [&](const Told& one) { return one.end <= fold.next(partition); });
    if (end <= fold.next(partition) || (!told.empty() && end <= told.back().end)) return;
    if (told.size() >= kMaxTold) thin_out(told);
    told.push_back({.end = end, .at = now});
  }

  events::Offset records(const events::PositionVector& fold) const { return fold.lag_behind(ends_); }
  // For how long the oldest record that is not folded, of all partitions, has been known to be there. Others may have
  // been appended and folded since: a log that is always written to is not therefore always further behind.
  std::chrono::nanoseconds time(const events::PositionVector& fold, SteadyTime now) const {
    SteadyTime oldest = now;
    for (std::size_t p = 0; p < told_.size(); ++p) {
      const events::Offset folded = fold.next(static_cast<events::Partition>(p));
      const auto open = std::ranges::find_if(told_[p], [&](const Told& one) { return one.end > folded; });
      if (open != told_[p].end()) oldest = std::min(oldest, open->at);
    }
    return now - oldest;
  }

 private:
  struct Told {
    events::Offset end;
    SteadyTime at;
  };
  static constexpr std::size_t kMaxTold = 64;

  // Every other one goes, the oldest stays: since when what lies between is there is then known less exactly.
  static void thin_out(std::vector<Told>& told) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < told.size(); i += 2) told[kept++] = told[i];
    told.resize(kept);
  }

  events::PositionVector ends_;
  std::vector<std::vector<Told>> told_;  // by partition, in order; those that the fold had not reached
};

}  // namespace taskstream::command
