#pragma once

#include "command-service/state/state_store.hpp"
#include "events/log/genesis.hpp"

namespace taskstream::command {

using namespace std::chrono_literals;

inline const events::UserId kAnn = *events::UserId::parse("0192f0c1-2b6e-7c3d-8a4f-5e6d7c8b9a01");
inline const events::UserId kBen = *events::UserId::parse("0192f0c1-2b6e-7c3d-8a4f-5e6d7c8b9aff");
inline const events::StreamId kStream = *events::StreamId::parse("task/one");
inline const events::StreamId kOther = *events::StreamId::parse("task/two");
inline constexpr events::Instant kStart{events::Instant::duration(1'700'000'000'000'000)};
inline const std::string kFormat = "1";

inline events::LogIdentity log_of(char name) {
  events::Uuid::Bytes bytes{};
  bytes.fill(static_cast<std::uint8_t>(name));
  return {.log_id = events::LogId(events::Uuid(bytes)), .partitions = 2};
}

inline events::Checkpoint folded_to(events::Offset next) {
  return events::Checkpoint({{.next = next, .last_offset = next - 1, .last_id = "id-" + std::to_string(next - 1)}});
}

// The key of the command that made this version.
inline CommandRow command_of(const events::StreamId& stream, std::int64_t version, events::Instant log_time) {
  const auto id = events::make_uuid_v7(version, {});
  return {.stream = stream,
          .command = {.actor = "ann",
                      .key = "key-" + std::to_string(version),
                      .hash = "hash-" + std::to_string(version),
                      .event_id = events::EventId(id),
                      .version = {version},
                      .log_time = log_time}};
}

}  // namespace taskstream::command
