#pragma once

#include <chrono>
#include <string>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"

namespace taskstream::command {

// What an accepted event did for the request that carried this idempotency key.
struct RememberedCommand {
  std::string actor;
  std::string key;
  std::string hash;
  events::EventId event_id;
  events::StreamVersion version;
  events::Instant log_time;

  friend bool operator==(const RememberedCommand&, const RememberedCommand&) = default;
};

// How long a stream's commands are remembered: the one that created it for ever, the last thousand of the others, and
// all of the last seven days before the newest of them, by the log's time.
inline constexpr std::int64_t kCommandsRemembered = 1'000;
inline constexpr std::chrono::hours kCommandsRememberedFor{7 * 24};

}  // namespace taskstream::command
