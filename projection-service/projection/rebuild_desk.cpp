#include "projection-service/projection/rebuild_desk.hpp"

#include <chrono>

namespace taskstream::projection {

events::Instant RebuildDesk::now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

bool RebuildDesk::request() {
  const std::lock_guard lock(mutex_);
  if (progress_) return false;
  requested_ = true;
  progress_ = Progress{.started_at = now()};
  return true;
}

bool RebuildDesk::is_requested() const {
  const std::lock_guard lock(mutex_);
  return requested_;
}

void RebuildDesk::begin(const events::PositionVector& end) {
  const std::lock_guard lock(mutex_);
  requested_ = false;
  progress_ = Progress{.started_at = now()};
  for (events::Partition p = 0; p < end.size(); ++p) progress_->total += end.next(p);
}

void RebuildDesk::report(events::Offset done, events::Offset total) {
  const std::lock_guard lock(mutex_);
  if (!progress_) return;
  progress_->done = done;
  progress_->total = total;
}

void RebuildDesk::end() {
  const std::lock_guard lock(mutex_);
  requested_ = false;
  progress_.reset();
}

std::optional<RebuildDesk::Progress> RebuildDesk::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

}  // namespace taskstream::projection
