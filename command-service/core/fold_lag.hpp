#pragma once

#include <chrono>
#include <optional>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// How far the fold is behind the log, as far as the log has told where it ends: a barrier tells it, and so does reading
// to the end of a partition. Who asks nothing of the log does not hear that others have appended.
class FoldLag {
 public:
  void on_end(events::Partition partition, events::Offset end) { ends_.advance(partition, end); }

  // To be called again and again: since when the fold has been behind is known as exactly as that.
  void look(const events::PositionVector& fold, SteadyTime now) {
    if (fold.covers(ends_)) {
      behind_since_.reset();
    } else if (!behind_since_) {
      behind_since_ = now;
    }
  }

  events::Offset records(const events::PositionVector& fold) const { return fold.lag_behind(ends_); }
  std::chrono::nanoseconds time(SteadyTime now) const {
    return behind_since_ ? now - *behind_since_ : std::chrono::nanoseconds(0);
  }

 private:
  events::PositionVector ends_;
  std::optional<SteadyTime> behind_since_;
};

}  // namespace taskstream::command
