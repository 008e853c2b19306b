#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// How far behind the log the read model is, as far as it can be told.
struct Lag {
  std::int64_t records = 0;
  std::chrono::seconds age{0};         // since when it is known to have held everything
  std::chrono::nanoseconds behind{0};  // since the log was asked for the first end that is not reached; 0 = none
  events::PositionVector end;          // of the log, as last seen
};

// What is committed, compared with the ends that the log was asked for. When the read model covers an end that was
// asked for at a moment, it held everything as of that moment. Thread-safe.
class Freshness {
 public:
  using Clock = std::chrono::steady_clock;

  void publish(Committed committed);
  void end_known(Clock::time_point asked, events::PositionVector end);

  std::shared_ptr<const Committed> committed() const;
  bool has_been_complete() const { return complete_as_of_.load(std::memory_order_acquire) != kNever; }
  // Since when it is known to have held everything; since the start, while it never did.
  std::chrono::seconds age() const;
  // Until `wanted` is reached too, when it lies further than the end that was seen last.
  Lag lag(const events::PositionVector& wanted = {}) const;

 private:
  struct AskedEnd {
    Clock::time_point asked;
    events::PositionVector end;
  };
  static constexpr std::int64_t kNever = 0;
  void settle();  // with the mutex held

  const Clock::time_point started_ = Clock::now();
  std::atomic<std::int64_t> complete_as_of_{kNever};  // of Clock, so that an age costs no lock

  mutable std::mutex mutex_;
  std::shared_ptr<const Committed> committed_ = std::make_shared<Committed>();
  events::PositionVector end_;
  std::deque<AskedEnd> open_ends_;  // not covered yet, oldest first
};

}  // namespace taskstream::projection
