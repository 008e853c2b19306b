#pragma once

#include <string>

#include "events/contract/envelope.hpp"
#include "events/contract/event.hpp"

// One cast of canonical values. A test sets only what matters to it, and takes the rest from here.
namespace taskstream::examples {

using namespace std::chrono_literals;

inline events::Instant instant(std::string_view text) {
  return events::parse_instant(text).value();
}

inline const events::Instant kNow = instant("2026-11-25T12:00:00Z");
inline const events::Instant kTomorrow = kNow + 24h;
inline const events::Instant kYesterday = kNow - 24h;

inline const events::TaskId kTask = events::TaskId::parse("0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f").value();
inline const events::UserId kAnn = events::UserId::parse("11111111-1111-4111-8111-111111111111").value();
inline const events::UserId kBen = events::UserId::parse("22222222-2222-4222-8222-222222222222").value();
inline const events::EventId kEvent = events::EventId::parse("0197f2c4-5b1a-7000-8000-000000000001").value();

inline const std::string kActor = "ann";
inline const std::string kSomebodyElse = "ben";

inline events::EventContext context(events::Instant time = kYesterday) {
  return {.source = "/taskstream/command-service/one", .time = time, .actor = kActor};
}

inline events::RecordedEvent recorded(events::Event event, std::int64_t version,
                                      events::StreamId stream = events::StreamId::of(kTask)) {
  return {
      .stream = std::move(stream), .id = kEvent, .version = {version}, .context = context(), .event = std::move(event)};
}

// A task with something in every field that a command can change.
inline events::TaskCreated full_task() {
  return {.title = "Write the guide",
          .description = "With examples",
          .priority = events::Priority::High,
          .tags = {"docs", "guide"},
          .assignee_id = kAnn,
          .due_date = kTomorrow,
          .warning_offset_minutes = 60};
}

inline events::UserRegistered ann() {
  return {.first_name = "Ann", .last_name = "Lee", .email = "ann@example.org"};
}

}  // namespace taskstream::examples
