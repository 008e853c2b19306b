#include "projection-service/projection/freshness.hpp"

#include <algorithm>

namespace taskstream::projection {
namespace {

constexpr std::size_t kMaxOpenEnds = 256;

}  // namespace

void Freshness::publish(Committed committed) {
  auto shared = std::make_shared<const Committed>(std::move(committed));
  const std::lock_guard lock(mutex_);
  committed_ = std::move(shared);
  settle();
}

void Freshness::end_known(Clock::time_point asked, events::PositionVector end) {
  const std::lock_guard lock(mutex_);
  end_.advance(end);
  // During a long catch-up the oldest ends are what will be covered first, and the newest one waits its turn.
  if (open_ends_.size() >= kMaxOpenEnds) open_ends_.pop_back();
  open_ends_.push_back({.asked = asked, .end = std::move(end)});
  settle();
}

void Freshness::settle() {
  std::int64_t as_of = kNever;
  while (!open_ends_.empty() && committed_->positions.covers(open_ends_.front().end)) {
    as_of = open_ends_.front().asked.time_since_epoch().count();
    open_ends_.pop_front();
  }
  if (as_of != kNever) complete_as_of_.store(std::max(complete_as_of_.load(), as_of), std::memory_order_release);
}

std::shared_ptr<const Committed> Freshness::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

std::chrono::seconds Freshness::age() const {
  const std::int64_t as_of = complete_as_of_.load(std::memory_order_acquire);
  const auto since = as_of == kNever ? started_ : Clock::time_point(Clock::duration(as_of));
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - since);
}

Lag Freshness::lag(const events::PositionVector& wanted) const {
  const std::lock_guard lock(mutex_);
  Lag lag{.age = age(), .end = end_};
  lag.end.advance(committed_->positions);  // what has been read is not past the end
  lag.end.advance(wanted);
  lag.records = committed_->positions.lag_behind(lag.end);
  if (!open_ends_.empty()) lag.behind = Clock::now() - open_ends_.front().asked;
  return lag;
}

}  // namespace taskstream::projection
