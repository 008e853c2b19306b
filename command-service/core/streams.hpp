#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "command-service/core/last_changes.hpp"
#include "events/contract/envelope.hpp"
#include "events/fold/stream_fold.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// What an accepted event did for the request that carried this idempotency key.
struct RememberedCommand {
  std::string actor;
  std::string key;
  std::string hash;
  events::EventId event_id;
  events::StreamVersion version;
  events::Instant log_time;
};

// The idempotency keys of one stream. The one that created it is remembered for ever; others for seven days of record
// time, and at least the last thousand of them.
class RememberedCommands {
 public:
  static constexpr std::size_t kAtLeast = 1'000;
  static constexpr std::chrono::hours kFor{7 * 24};

  void remember(RememberedCommand command);
  const RememberedCommand* find(std::string_view actor, std::string_view key) const;

 private:
  std::optional<RememberedCommand> creating_;
  std::deque<RememberedCommand> later_;
};

// A stream whose state concerns a user (duty.hpp). The stream is a text, so that an empty one stands before all others.
struct Concern {
  events::UserId user;
  std::string stream;

  friend auto operator<=>(const Concern&, const Concern&) = default;
};

struct StreamEntry {
  events::Stream stream;
  events::EventId last_event_id;  // of the newest accepted event
  RememberedCommands commands;
  LastChanges last_changes;
};

// The newest state of every stream, folded from the log, in memory.
class Streams {
 public:
  // What the record did. The envelope is there unless the record is malformed.
  struct Folded {
    std::optional<events::StreamId> stream;
    std::optional<events::EventId> event_id;
    events::Applied applied;
  };

  explicit Streams(events::Partition partitions) : partitions_(partitions) {}

  Folded fold(const events::LogRecord& record);
  // Null where nothing has happened yet.
  const StreamEntry* find(const events::StreamId& id) const;
  // The next in their order.
  std::optional<Concern> concern_after(const Concern& concern) const;

 private:
  void note_concern(const events::StreamId& id, std::optional<events::UserId> before,
                    std::optional<events::UserId> after);

  events::Partition partitions_;
  std::unordered_map<events::StreamId, StreamEntry> entries_;
  std::set<Concern> concerns_;
};

}  // namespace taskstream::command
