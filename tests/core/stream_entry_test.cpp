#include "command-service/core/stream_entry.hpp"

#include <gtest/gtest.h>

#include "command-service/state/state_store.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::command {
namespace {

using namespace examples;

StreamEntry task_with_everything() {
  StreamEntry entry{.stream = {.version = {300},
                               .last_time = kNow,
                               .state = events::TaskState{.id = kTask,
                                                          .title = "Write the guide",
                                                          .description = std::string(4'000, 'x'),
                                                          .status = events::Status::Deferred,
                                                          .priority = events::Priority::Urgent,
                                                          .tags = {"docs", ""},
                                                          .assignee_id = kAnn,
                                                          .due_date = kTomorrow,
                                                          .warning_offset_minutes = -1,
                                                          .lock = events::TaskLock{.holder = "ben",
                                                                                   .since = kNow,
                                                                                   .expires_at = kTomorrow,
                                                                                   .fencing_token = 299},
                                                          .deleted = true,
                                                          .version = {298},
                                                          .created_at = instant("0000-01-01T00:00:00Z"),
                                                          .created_by = "ann",
                                                          .updated_at = instant("9999-12-31T23:59:59.999999Z"),
                                                          .updated_by = "ben"},
                               .quarantine = events::Quarantine{.version = {299}, .reason = "no such type"}},
                    .last_event_id = kEvent};
  entry.last_changes.note({events::Field::Title, events::Field::Lock}, {299}, "ben", kNow);
  return entry;
}

void expect_the_same_again(const StreamEntry& entry) {
  const StreamEntry read = read_entry(write_entry(entry));
  EXPECT_EQ(read.stream.version, entry.stream.version);
  EXPECT_EQ(read.stream.last_time, entry.stream.last_time);
  EXPECT_EQ(read.stream.state, entry.stream.state);
  EXPECT_EQ(read.stream.quarantine, entry.stream.quarantine);
  EXPECT_EQ(read.last_event_id, entry.last_event_id);
  EXPECT_EQ(read.last_changes.all(), entry.last_changes.all());
}

TEST(StreamEntryBytes, GiveBackEveryMember) {
  expect_the_same_again(task_with_everything());
  expect_the_same_again({});
  expect_the_same_again({.stream = {.version = {events::StreamVersion::kMax}, .state = events::TaskState{}}});
  expect_the_same_again({.stream = {.state = events::UserState{.id = kBen,
                                                               .first_name = "Ben",
                                                               .last_name = "Ny",
                                                               .email = "ben@example.org",
                                                               .active = false,
                                                               .version = {2},
                                                               .created_at = kYesterday,
                                                               .updated_at = kNow}}});
  expect_the_same_again({.stream = {.state = events::EmailState{.claimed_by = kAnn, .user_version = {7}}}});
}

TEST(StreamEntryBytes, ThatAreCutOrTooManyAreDamaged) {
  const std::string bytes = write_entry(task_with_everything());
  for (std::size_t length = 0; length < bytes.size(); length += length < 200 ? 1 : 100) {
    EXPECT_THROW(read_entry(bytes.substr(0, length)), StateDamaged) << length;
  }
  EXPECT_THROW(read_entry(bytes + "x"), StateDamaged);
}

// A file keeps them: where this fails, the shape in stream_entry.cpp is to be counted up.
TEST(StreamEntryBytes, AreOfTheShapeThatTheFormatNames) {
  EXPECT_EQ(entry_format(), "shape 1 of 17 events");
  const StreamEntry entry{.stream = {.version = {2}, .state = events::EmailState{.user_version = {64}}}};
  EXPECT_EQ(write_entry(entry),
            std::string("\x04\x00\x03\x00\x80\x01\x00", 7) + std::string(16, '\0') + std::string(1, '\0'));
}

}  // namespace
}  // namespace taskstream::command
