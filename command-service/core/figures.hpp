#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "command-service/core/request.hpp"
#include "events/log/durations.hpp"

namespace taskstream::command {

using events::Durations;

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

// The commands that can be asked for, numbered in the order of domain/commands.hpp.
inline constexpr std::size_t kCommands = std::variant_size_v<TaskCommand> + std::variant_size_v<UserCommand>;
std::size_t command_index(const Command& command);

// As a metric's label says it, e.g. `change_status`.
std::string_view command_name(std::size_t index);

// Counted since the start, in the one place that knows each for certain.
struct Figures {
  std::array<std::array<std::uint64_t, kOutcomes>, kCommands> commands{};  // by command_index()
  std::uint64_t superseded = 0;     // own appends whose version somebody else took
  std::uint64_t decided_again = 0;  // commands, after that
  std::uint64_t duties_done = 0;    // what the service asked of itself
  std::uint64_t records_accepted = 0;
  std::uint64_t records_superseded = 0;
  std::uint64_t records_malformed = 0;
  std::uint64_t records_parked = 0;  // of those accepted
  Durations verdicts;                // from an append until its verdict was known
  Durations barriers;                // that commands and reads waited for

  void count(std::size_t command, const Result& result) {
    ++commands[command][static_cast<std::size_t>(outcome_of(result))];
  }
};

}  // namespace taskstream::command
