#include "events/contract/event_json.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/every_event.hpp"
#include "tests/support/examples.hpp"
#include "tests/support/source_file.hpp"

namespace taskstream::events {
namespace {

using examples::instant;
using examples::kAnn;
using examples::kBen;

const std::filesystem::path kGolden = "tests/golden/events";

// The name of a golden file is its event's type, and behind that which of several examples it is.
std::string type_in(const std::string& name) {
  constexpr std::string_view kVersion = ".v1.";
  return name.substr(0, name.find(kVersion) + kVersion.size() - 1);
}

std::string golden(const std::string& name) {
  std::string text = examples::read_source_file(kGolden / (name + ".json"));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// What the golden files mean.
const std::map<std::string, Event> kMeaning = {
    {"taskstream.log.opened.v1", LogOpened{.log_id = *LogId::parse("0197f2c4-0000-7000-8000-00000000000a"),
                                           .partitions = 12,
                                           .id_namespace = *Uuid::parse("0197f2c4-0000-7000-8000-00000000000b"),
                                           .max_clock_skew_ms = 2000}},
    {"taskstream.log.barrier.v1", LogBarrier{}},
    {"taskstream.task.created.v1", TaskCreated{.title = "Write the guide",
                                               .description = "With \"examples\",\nand \xF0\x9F\x9A\x80",
                                               .status = Status::NotStarted,
                                               .priority = Priority::High,
                                               .tags = {"docs", "guide"},
                                               .assignee_id = kAnn,
                                               .due_date = instant("2031-05-01T12:00:00.123456Z"),
                                               .warning_offset_minutes = 60}},
    {"taskstream.task.created.v1.minimal", TaskCreated{.title = "x"}},
    {"taskstream.task.edited.v1", TaskEdited{{.title = "Finish the guide",
                                              .description = "With more examples",
                                              .priority = Priority::Urgent,
                                              .tags = std::vector<std::string>{"docs"},
                                              .due_date = instant("2031-06-01T12:00:00Z"),
                                              .warning_offset_minutes = 30}}},
    {"taskstream.task.edited.v1.clearing", TaskEdited{{.description = std::optional<std::string>(),
                                                       .tags = std::vector<std::string>(),
                                                       .due_date = std::optional<Instant>(),
                                                       .warning_offset_minutes = std::optional<std::int32_t>()}}},
    {"taskstream.task.status-changed.v1",
     TaskStatusChanged{.from = Status::InProgress, .to = Status::Blocked, .reason = "no power"}},
    {"taskstream.task.status-changed.v1.minimal", TaskStatusChanged{.from = Status::Deferred, .to = Status::Cancelled}},
    {"taskstream.task.assigned.v1",
     TaskAssigned{.assignee_id = kBen, .previous_assignee_id = kAnn, .reason = "holiday"}},
    {"taskstream.task.assigned.v1.minimal", TaskAssigned{.assignee_id = kBen}},
    {"taskstream.task.unassigned.v1", TaskUnassigned{.previous_assignee_id = kAnn, .reason = "ill"}},
    {"taskstream.task.unassigned.v1.minimal", TaskUnassigned{.previous_assignee_id = kAnn}},
    {"taskstream.task.locked.v1", TaskLocked{.holder = "ann",
                                             .since = instant("2026-11-25T12:00:00Z"),
                                             .expires_at = instant("2026-11-25T12:15:00Z"),
                                             .fencing_token = 7}},
    {"taskstream.task.unlocked.v1", TaskUnlocked{.holder = "ann", .reason = "expired"}},
    {"taskstream.task.deleted.v1", TaskDeleted{.reason = "a duplicate"}},
    {"taskstream.task.deleted.v1.minimal", TaskDeleted{}},
    {"taskstream.user.registered.v1",
     UserRegistered{.first_name = "Ann", .last_name = "Lee", .email = "Ann@example.org"}},
    {"taskstream.user.edited.v1", UserEdited{{.first_name = "Anna", .last_name = "Lees", .email = "anna@example.org"}}},
    {"taskstream.user.deactivated.v1", UserDeactivated{.reason = "left"}},
    {"taskstream.user.deactivated.v1.minimal", UserDeactivated{}},
    {"taskstream.user.reactivated.v1", UserReactivated{}},
    {"taskstream.user.claim-lapsed.v1",
     UserClaimLapsed{.email_hash = "2d1bdbb7b7ae2f0f5d2b9f4f5fb8be4ea2fd5f0ff8d3d3b0b0d5de0c5e4ddc9a"}},
    {"taskstream.email.claimed.v1", EmailClaimed{.user_id = kAnn, .user_version = {1}}},
    {"taskstream.email.released.v1", EmailReleased{.user_id = kAnn, .user_version = {3}}},
};

TEST(EventJson, ReadsEveryGoldenFileAndWritesItBackByteForByte) {
  std::set<std::string> met;
  for (const auto& file : std::filesystem::directory_iterator(examples::source_path(kGolden))) {
    const std::string name = file.path().stem().string();
    SCOPED_TRACE(name);
    met.insert(name);
    ASSERT_TRUE(kMeaning.contains(name));
    const auto event = from_json(type_in(file.path().filename().string()), golden(name));
    ASSERT_TRUE(event.has_value()) << event.error().reason;
    EXPECT_EQ(*event, kMeaning.at(name));
    EXPECT_EQ(to_json(*event), golden(name));
  }
  EXPECT_EQ(met.size(), kMeaning.size()) << "a golden file is gone";
}

TEST(EventJson, HasAGoldenFileForEveryEvent) {
  for (const Event& event : examples::one_event_of_each_type()) {
    EXPECT_TRUE(kMeaning.contains(std::string(type_of(event)))) << type_of(event);
  }
}

TEST(EventJson, ReadsMembersInAnyOrderAndWithBlanks) {
  const auto event =
      from_json("taskstream.task.status-changed.v1", " { \"to\" : \"BLOCKED\",\n\"from\":\"DEFERRED\" } ");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(*event, Event(TaskStatusChanged{.from = Status::Deferred, .to = Status::Blocked}));
}

TEST(EventJson, ReadsNullAsAbsentWhereAMemberMayBeAbsent) {
  const auto event = from_json("taskstream.task.deleted.v1", R"({"reason":null})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(*event, Event(TaskDeleted{}));
}

TEST(EventJson, DoesNotAskForLimitsOfTheDomain) {
  const std::string title(500, 'x');
  const auto event =
      from_json("taskstream.task.created.v1",
                R"({"title":")" + title +
                    R"(","status":"COMPLETED","priority":"LOW","tags":["a,b","a,b",""],"warningOffset":-5})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(std::get<TaskCreated>(*event).title, title);
}

struct Unreadable {
  std::string type;
  std::string json;
};

TEST(EventJson, RefusesWhatAnotherReaderCouldTakeForSomethingElse) {
  const std::string created = "taskstream.task.created.v1";
  const std::string edited = "taskstream.task.edited.v1";
  const std::vector<Unreadable> table = {
      {"taskstream.task.created.v2", golden(created)},
      {"taskstream.task.created", golden(created)},
      {"", golden(created)},
      {created, ""},
      {created, "null"},
      {created, "[]"},
      {created, "\"x\""},
      {created, golden(created) + "x"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW"})"},
      {created, R"({"title":null,"status":"NOT_STARTED","priority":"LOW","tags":[]})"},
      {created, R"({"title":5,"status":"NOT_STARTED","priority":"LOW","tags":[]})"},
      {created, R"({"title":"x","status":"not_started","priority":"LOW","tags":[]})"},
      {created, R"({"title":"x","status":"PAUSED","priority":"LOW","tags":[]})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":1,"tags":[]})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":"a"})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[1]})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"colour":"red"})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"colour":null})"},
      {created, R"({"title":"x","title":"x","status":"NOT_STARTED","priority":"LOW","tags":[]})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"assigneeId":"ann"})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"dueDate":"soon"})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"warningOffset":1.0})"},
      {created, R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"warningOffset":4294967296})"},
      {created,
       R"({"title":"x","status":"NOT_STARTED","priority":"LOW","tags":[],"warningOffset":18446744073709551615})"},
      {created, "{\"title\":\"\xC3\",\"status\":\"NOT_STARTED\",\"priority\":\"LOW\",\"tags\":[]}"},
      {created, R"({"title":"\ud800","status":"NOT_STARTED","priority":"LOW","tags":[]})"},
      {edited, R"({})"},
      {edited, R"({"changes":null})"},
      {edited, R"({"changes":[]})"},
      {edited, R"({"changes":{"status":"BLOCKED"}})"},
      {edited, R"({"changes":{"title":null}})"},
      {edited, R"({"changes":{"priority":null}})"},
      {edited, R"({"changes":{"tags":null}})"},
      {edited, R"({"changes":{"title":"x","title":"y"}})"},
      {edited, R"({"changes":{},"reason":"x"})"},
      {"taskstream.user.edited.v1", R"({"changes":{"email":null}})"},
      {"taskstream.task.deleted.v1", R"({"reason":5})"},
      {"taskstream.task.unassigned.v1", R"({})"},
      {"taskstream.user.reactivated.v1", R"({"reason":"x"})"},
      {"taskstream.log.opened.v1", R"({"partitions":12})"},
      {"taskstream.log.barrier.v1", std::string(100'000, '[')},
      {edited, R"({"changes":)" + std::string(50'000, '[') + std::string(50'000, ']') + "}"},
  };
  for (const auto& [type, json] : table) {
    const auto event = from_json(type, json);
    ASSERT_TRUE(event.has_error()) << type << ' ' << json.substr(0, 200);
    EXPECT_FALSE(event.error().reason.empty());
  }
}

}  // namespace
}  // namespace taskstream::events
