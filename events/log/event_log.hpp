#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "events/contract/instant.hpp"
#include "events/contract/record.hpp"
#include "events/log/log_figures.hpp"
#include "events/log/position.hpp"

// The ordered, durable, partitioned record of everything that happened, as a port with three twins: Kafka, one SQLite
// file, and memory.
namespace taskstream::events {

class Checkpoint;

using Deadline = std::chrono::steady_clock::time_point;

// One entry of the log as a reader meets it.
struct LogRecord {
  Position position;
  Instant log_time;  // when the log took it (Kafka: LogAppendTime)
  Record record;
};

// What became of an append, as far as its writer can tell.
struct AppendOutcome {
  enum class Status {
    Appended,     // durable; `position` is there unless the log would not say where
    NotAppended,  // it is not in the log and never will be
    Unknown,      // it may be in the log, or still come: only the tail can tell
  };

  Status status = Status::Unknown;
  std::optional<Position> position;  // with Appended alone
  std::optional<Instant> log_time;   // with Appended alone, where the log says it
  std::string reason;                // empty when Appended
};

// The reason of every append to a log that was opened for reading alone.
inline constexpr const char* kOpenedForReading = "the log was opened for reading alone";

// The log could not be asked. Says why, in words for an operator; trying again is safe.
struct LogUnavailable {
  std::string reason;
};

// Follows the log. Every call comes from one thread, the log's own, and may block: the log then reads no further, which
// is what bounds memory. A call must not destroy the subscription that it came from.
class Follower {
 public:
  virtual ~Follower() = default;

  // Records in the order of each partition, without gaps other than offsets that carry nothing. Moved-from afterwards.
  virtual void on_records(std::vector<LogRecord> records) = 0;
  // Everything before this offset of the partition has been delivered. It may lie past the last record: control records
  // of Kafka take offsets and carry nothing.
  virtual void on_partition_end(Position end) = 0;
  // The log is not what it was: truncated, or made anew. Said once, and nothing comes after it. Going on would fork
  // history, so the service must stop and show the message.
  virtual void on_log_damaged(std::string message) = 0;
};

// Ends on destruction: once the destructor returns no call is under way and none will come.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

// Thread-safe. Destroy after its subscriptions.
class EventLog {
 public:
  using AppendDone = std::function<void(AppendOutcome)>;
  using EndsOfPartitions = boost::system::result<PositionVector, LogUnavailable>;
  using EndDone = std::function<void(EndsOfPartitions)>;

  virtual ~EventLog() = default;

  // How many partitions the log has; it never changes.
  virtual Partition partitions() const = 0;

  // Appends one record to a partition. `done` runs exactly once, on a thread of the log's own or, when the append is
  // refused at once, before this returns. Never blocks; refuses (NotAppended) when the queue is full.
  virtual void append(Partition partition, Record record, AppendDone done) = 0;

  // Delivers every record after the checkpoint, and then what is appended. Damage is a checkpoint whose last record is
  // no longer where it was, an offset past the end, or a partition that does not start at 0; it is looked for at the
  // start and again whenever the log could have changed under the reader.
  virtual std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) = 0;

  // Asks where the named partitions end *now*: every append acknowledged before this call lies before the answer.
  // `done` runs exactly once, on a thread of the log's own, by the deadline.
  virtual void end_of_log(std::vector<Partition> of, Deadline deadline, EndDone done) = 0;

  // The record at a position, or nullopt where that offset carries none or lies at or past the end. Blocks until the
  // deadline at the latest: for starting up and for checks, not for hot paths.
  virtual boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position,
                                                                               Deadline deadline) = 0;

  // False while the log is known to be out of reach; true while nothing speaks against it.
  virtual bool is_reachable() const = 0;

  // What this kind of log knows of itself, for metrics. Cheap: nothing is asked for, nothing waits for the log.
  virtual LogFigures figures() const { return {}; }
};

// The log refuses to be used as it is: the wrong settings, the wrong partition count. The message says what to change.
class LogRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace taskstream::events
