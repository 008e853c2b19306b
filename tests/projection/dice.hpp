#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "events/contract/event.hpp"
#include "projection-service/readmodel/task_list.hpp"
#include "projection-service/readmodel/user_queries.hpp"

namespace taskstream::projection::testing {

// TASKSTREAM_SEED, or a new one.
std::uint64_t seed_of_this_run();

// A history of random events, and random questions about it. Few different values, so that ties and hits are many.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  bool one_in(int chances) { return below(chances) == 0; }

  events::Event creation();
  events::Event change();
  events::Event registration();
  events::Event user_change();
  std::string actor();
  // What somebody might type as `q`, operators of the full text index included.
  std::string search();
  std::string title();
  events::Status status() { return static_cast<events::Status>(below(6)); }
  // Without words.
  TaskFilter filter();
  TaskSort sort() { return {.key = static_cast<SortKey>(below(5)), .descending = one_in(2)}; }
  Sight sight();
  // Around the times at which tasks are due, reminders are due and locks end.
  events::Instant now();

 private:
  template <std::size_t kCount>
  std::string one_of(const char* const (&texts)[kCount]) {
    return texts[below(static_cast<int>(kCount))];
  }
  std::optional<bool> flag(int chances);
  events::Priority priority() { return static_cast<events::Priority>(below(4)); }
  events::UserId user();
  std::vector<std::string> tags();
  std::optional<events::Instant> due();
  std::optional<std::int32_t> warning_offset();
  std::optional<events::UserId> assignee();
  std::string text();

  std::mt19937_64 random_;
};

}  // namespace taskstream::projection::testing
