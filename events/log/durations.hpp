#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace taskstream::events {

// How long things took, in buckets by their upper bounds as Prometheus has them: each counts what took at most so long.
class Durations {
 public:
  static constexpr std::array<std::chrono::microseconds, 14> kUpTo = {
      std::chrono::microseconds(250),       std::chrono::microseconds(500),      std::chrono::microseconds(1'000),
      std::chrono::microseconds(2'500),     std::chrono::microseconds(5'000),    std::chrono::microseconds(10'000),
      std::chrono::microseconds(25'000),    std::chrono::microseconds(50'000),   std::chrono::microseconds(100'000),
      std::chrono::microseconds(250'000),   std::chrono::microseconds(500'000),  std::chrono::microseconds(1'000'000),
      std::chrono::microseconds(2'500'000), std::chrono::microseconds(5'000'000)};

  void note(std::chrono::nanoseconds took) {
    for (std::size_t bucket = 0; bucket < kUpTo.size(); ++bucket) {
      if (took <= kUpTo[bucket]) ++up_to_[bucket];
    }
    ++count_;
    sum_ += took;
  }

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds sum() const { return sum_; }
  // Of those that took at most kUpTo[bucket].
  std::uint64_t up_to(std::size_t bucket) const { return up_to_[bucket]; }

 private:
  std::array<std::uint64_t, kUpTo.size()> up_to_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
};

}  // namespace taskstream::events
