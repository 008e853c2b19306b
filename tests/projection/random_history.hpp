#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "events/contract/envelope.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::projection::testing {

// Records as a log could hold them, from a seed: every type of event, on tasks, users, addresses and the log itself, with
// lost races, retries, foreign envelopes, types that nobody knows, and clocks that go back. A few tasks get most of the
// events. Ids are made so that 256 tasks at most are there.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed, int tasks = 200) : random_(seed), tasks_(tasks) {}

  // Without unknown types and foreign envelopes when `all_readable`.
  events::Record next(bool all_readable = false);

  events::Event task_event(std::int64_t version);
  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  bool one_in(int chances) { return below(chances) == 0; }

 private:
  events::Event user_event(std::int64_t version);
  events::StreamId stream();
  std::string words(int most);
  events::UserId user();

  std::mt19937_64 random_;
  int tasks_;
  std::map<std::string, std::int64_t> versions_;
};

}  // namespace taskstream::projection::testing
