#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "events/log/genesis.hpp"
#include "projection-service/replay/interruption.hpp"
#include "projection-service/replay/log_flags.hpp"
#include "projection-service/replay/progress.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {

// The log as it was when it was opened: everything is read up to the end of then, however it grows.
struct OpenedLog {
  std::unique_ptr<events::EventLog> log;
  events::PositionVector end;
};

// Opens for reading alone. Throws CannotUse.
OpenedLog open_for_reading(const LogFlags& flags);

// Throws CannotUse where the log is empty or does not begin as a log does.
events::LogIdentity identity_of(events::EventLog& log);

// The log is not what it was, or never was one: truncated, or its file is broken.
class LogDamaged : public CannotUse {
 public:
  using CannotUse::CannotUse;
};

using Records = std::vector<events::LogRecord>;
// Gets batches in the order of each partition, on a thread of the log's own, one at a time.
using TakeRecords = std::function<void(Records)>;

// Everything from the checkpoint up to `to`. What `take` throws is thrown here; so are Interrupted, LogDamaged, and
// CannotUse when the log falls silent.
void read_log(events::EventLog& log, const events::Checkpoint& from, const events::PositionVector& to,
              Progress& progress, Interruption& interruption, const TakeRecords& take);

// How many offsets lie between.
std::int64_t records_between(const events::Checkpoint& from, const events::PositionVector& to);

// Where a reader starts that wants these partitions alone: at 0 there, at the end elsewhere.
events::Checkpoint start_of(const std::vector<events::Partition>& wanted, const events::PositionVector& end);

}  // namespace taskstream::replay
