#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/fold/stream_fold.hpp"
#include "events/log/event_log.hpp"

// The rows of the read model, as values.
namespace taskstream::projection {

// What the rows call a stream: small, and growing in the order of first sight, so that new rows land at the tables'
// ends.
struct StreamNo {
  std::int64_t value = 0;

  friend auto operator<=>(const StreamNo&, const StreamNo&) = default;
};

// Columns of a task's row that lists filter and sort by. A row is updated in the changed ones alone, so that the
// indexes of the others are left in peace.
struct TaskColumns {
  static constexpr unsigned kTitle = 1;
  static constexpr unsigned kStatus = 2;
  static constexpr unsigned kPriority = 4;
  static constexpr unsigned kAssignee = 8;
  static constexpr unsigned kDueDate = 16;
  static constexpr unsigned kDeleted = 32;
  static constexpr unsigned kReminder = 64;
  static constexpr unsigned kLock = 128;
  static constexpr unsigned kAll = 255;
};

// Of so many versions of a task one is kept whole.
inline constexpr std::int64_t kVersionsPerState = 64;
// What a full text index keeps the words of.
enum class Words { OfTasks, OfUsers };

struct HistoryRow {
  StreamNo stream;
  events::StreamVersion version;
  events::Instant time;              // the latest of the versions up to this one
  std::string item;                  // JSON, as it is answered
  std::optional<std::string> state;  // the whole task, every kVersionsPerState versions
};

// Who sees a task no longer once the record at this position is there: one member, or (none) everybody whom the task
// does not concern.
struct SightLostRow {
  StreamNo stream;
  std::optional<events::UserId> member;
  events::Position at;
  events::StreamVersion version;
};

struct ParkedRow {
  events::LogRecord record;
  std::optional<StreamNo> stream;  // of an accepted record that could not be folded; none = malformed
  std::string reason;
};

// A stream as its rows tell it.
struct StoredStream {
  StreamNo no;
  events::Stream stream;
  events::Position changed_at = {};  // of a task: where the record lies that changed its row last
};

}  // namespace taskstream::projection
