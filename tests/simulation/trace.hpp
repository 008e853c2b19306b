#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string_view>

#include "tests/simulation/schedule.hpp"

namespace taskstream::simulation {

// All that happened in a run, as a sum: two runs with the same sum were the same run. Printed as well when asked for.
class Trace {
 public:
  Trace(const Schedule& schedule, bool prints) : schedule_(schedule), prints_(prints) {}

  void note(std::string_view what, std::initializer_list<std::int64_t> figures, std::string_view words = {}) {
    add(schedule_.now().count());
    for (const char c : what) add(c);
    for (const std::int64_t figure : figures) add(figure);
    for (const char c : words) add(c);
    if (prints_) print(what, figures, words);
  }

  std::uint64_t sum() const { return sum_; }

 private:
  void add(std::int64_t value) { sum_ = (sum_ ^ static_cast<std::uint64_t>(value)) * 0x100000001b3; }  // FNV-1a

  void print(std::string_view what, std::initializer_list<std::int64_t> figures, std::string_view words) const {
    std::printf("%10.3f ms %6lld  %.*s", static_cast<double>(schedule_.now().count()) / 1'000.0,
                static_cast<long long>(schedule_.step()), static_cast<int>(what.size()), what.data());
    for (const std::int64_t figure : figures) std::printf(" %lld", static_cast<long long>(figure));
    std::printf("  %.*s\n", static_cast<int>(words.size()), words.data());
  }

  const Schedule& schedule_;
  bool prints_;
  std::uint64_t sum_ = 0xcbf29ce484222325;
};

}  // namespace taskstream::simulation
