#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace taskstream::simulation {

// Since the beginning of the run.
using Time = std::chrono::microseconds;

// Everything that could go one way or another in a run comes from one of these, so that its seed is the whole of it.
// SplitMix64 (Steele, Lea and Flood 2014): the standard library's distributions differ from one library to the next.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)); }
  // Both ends may come out.
  std::int64_t between(std::int64_t least, std::int64_t most) { return least + below(most - least + 1); }
  Time between(Time least, Time most) { return Time(between(least.count(), most.count())); }
  bool chance(int in_a_thousand) { return below(1'000) < in_a_thousand; }

  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace taskstream::simulation
