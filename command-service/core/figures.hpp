#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "command-service/core/request.hpp"

namespace taskstream::command {

// How long things took, in buckets by their upper bounds as Prometheus has them: each counts what took at most so long.
class Durations {
 public:
  static constexpr std::array<std::chrono::microseconds, 14> kUpTo = {
      std::chrono::microseconds(250),       std::chrono::microseconds(500),      std::chrono::microseconds(1'000),
      std::chrono::microseconds(2'500),     std::chrono::microseconds(5'000),    std::chrono::microseconds(10'000),
      std::chrono::microseconds(25'000),    std::chrono::microseconds(50'000),   std::chrono::microseconds(100'000),
      std::chrono::microseconds(250'000),   std::chrono::microseconds(500'000),  std::chrono::microseconds(1'000'000),
      std::chrono::microseconds(2'500'000), std::chrono::microseconds(5'000'000)};

  void note(SteadyTime::duration took);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds sum() const { return sum_; }
  // Of those that took at most kUpTo[bucket].
  std::uint64_t up_to(std::size_t bucket) const { return up_to_[bucket]; }

 private:
  std::array<std::uint64_t, kUpTo.size()> up_to_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
};

// What became of a command, as far as it is worth telling apart. Reads are not counted.
enum class Outcome {
  Applied,
  Merged,  // applied on top of what others had changed
  Unchanged,
  Replayed,
  Rejected,
  Conflict,           // 412, and others changed the same fields
  MergeableConflict,  // 412 that `conflict=merge` would have let through
  PreconditionMissing,
  KeyReused,
  StillRunning,
  Contended,
  LogUnavailable,
  BehindToken,
  Quarantined,
  NotReady,
  Unknown,
};
inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::Unknown) + 1;

Outcome outcome_of(const Result& result);

// As a metric's label says it, e.g. `mergeable_conflict`.
std::string_view to_string(Outcome outcome);

// Counted since the start, in the one place that knows each for certain.
struct Figures {
  std::array<std::uint64_t, kOutcomes> commands{};
  std::uint64_t superseded = 0;     // own appends whose version somebody else took
  std::uint64_t decided_again = 0;  // commands, after that
  std::uint64_t duties_done = 0;    // what the service asked of itself
  Durations verdicts;               // from an append until its verdict was known
  Durations barriers;               // that commands and reads waited for

  void count(const Result& result) { ++commands[static_cast<std::size_t>(outcome_of(result))]; }
};

}  // namespace taskstream::command
