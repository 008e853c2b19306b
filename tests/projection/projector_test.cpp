#include "projection-service/projection/projector.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "events/fold/state_json.hpp"
#include "events/log/consistency_token.hpp"
#include "events/log/memory/memory_event_log.hpp"
#include "projection-service/readmodel/headers_blob.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Priority;
using events::Status;

events::Record with_header(events::Record record, const std::string& name, const std::string& value) {
  for (events::Header& header : record.headers) {
    if (header.name == name) header.value = value;
  }
  return record;
}

events::Partition partition_of(const ReadModel& model, const events::TaskId& id) {
  return events::partition_of(events::StreamId::of(id).to_string(), model.identity.partitions);
}

// A short life of two tasks, with a lost race, a retry and a record that nobody can read in it.
constexpr std::size_t kStoryRecords = 7;
void append_story(ReadModel& model) {
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "Write the guide", .tags = {"docs", "urgent"}}, 1));
  model.append(recorded(task_id(2), 1, events::TaskCreated{.title = "Read it", .priority = Priority::High}, 2));
  model.append(recorded(task_id(1), 2,
                        events::TaskStatusChanged{.from = Status::NotStarted, .to = Status::InProgress, .reason = "go"},
                        3));
  model.append(recorded(task_id(1), 2, events::TaskDeleted{}, 4));
  model.append(events::Record{.key = "not a stream", .headers = {{"ce_id", std::string("\0\xff", 2)}}, .value = "raw"},
               1);
  model.append(recorded(task_id(1), 3, events::TaskEdited{.changes = {.tags = {{"docs"}}}}, 5));
  model.append(recorded(task_id(2), 2, events::TaskDeleted{.reason = "done"}, 6));
}

TEST(Projector, KeepsTheNewestStateOfEachTask) {
  ReadModel model;
  append_story(model);
  model.deliver();
  ASSERT_TRUE(model.failures.empty());
  TaskQueries queries = model.queries();
  const FoundTask first = queries.find_task(task_id(1), Sight::everything());
  EXPECT_EQ(first.version, 3);
  EXPECT_FALSE(first.deleted);
  const auto body = nlohmann::json::parse(first.body);
  EXPECT_EQ(body.at("status"), "IN_PROGRESS");
  EXPECT_EQ(body.at("tags"), nlohmann::json({"docs"}));
  EXPECT_TRUE(queries.find_task(task_id(2), Sight::everything()).deleted);
  EXPECT_FALSE(queries.find_task(task_id(3), Sight::everything()).known);
  EXPECT_EQ(model.number("SELECT count(*) FROM task_tags"), 1);
}

TEST(Projector, TellsTheHistoryWithWhatChanged) {
  ReadModel model;
  append_story(model);
  model.deliver();
  const HistoryPage page = model.queries().history(task_id(1), Sight::everything(), 0, 50);
  const auto items = nlohmann::json::parse("[" + page.items + "]");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].at("type"), "taskstream.task.created.v1");
  EXPECT_EQ(items[0].at("changes").at("title"), nlohmann::json({{"from", nullptr}, {"to", "Write the guide"}}));
  EXPECT_FALSE(items[0].at("changes").contains("description"));
  EXPECT_EQ(items[1].at("reason"), "go");
  EXPECT_EQ(items[1].at("changes"), nlohmann::json({{"status", {{"from", "NOT_STARTED"}, {"to", "IN_PROGRESS"}}}}));
  EXPECT_EQ(items[1].at("actor"), "ada");
  EXPECT_EQ(items[2].at("version"), 3);
  EXPECT_EQ(items[2].at("changes"), nlohmann::json({{"tags", {{"from", {"docs", "urgent"}}, {"to", {"docs"}}}}}));
  EXPECT_EQ(items[2].at("position").at("partition"), partition_of(model, task_id(1)));
  EXPECT_EQ(model.queries().history(task_id(2), Sight::everything(), 0, 1).next, 1);
  EXPECT_EQ(nlohmann::json::parse(model.queries().history(task_id(2), Sight::everything(), 1, 1).items).at("reason"),
            "done");
}

TEST(Projector, ComesToTheSameRowsWhateverTheBatches) {
  ReadModel at_once;
  append_story(at_once);
  at_once.deliver();
  for (const std::size_t batch : {1U, 2U, 3U}) {
    ReadModel piecewise;
    append_story(piecewise);
    piecewise.deliver(batch);
    EXPECT_EQ(piecewise.dump(), at_once.dump());
  }
}

TEST(Projector, ChangesNothingWhenRecordsComeAgain) {
  ReadModel model;
  append_story(model);
  model.deliver(2);
  const std::string before = model.dump();
  model.deliver_from({});
  EXPECT_EQ(model.dump(), before);
  model.reopen();
  model.deliver_from(events::PositionVector({1, 0, 1}));
  EXPECT_EQ(model.dump(), before);
}

TEST(Projector, GoesOnFromItsRowsAfterAStart) {
  ReadModel through;
  append_story(through);
  through.deliver();
  ReadModel restarted;
  append_story(restarted);
  restarted.deliver(1'000);
  for (ReadModel* model : {&through, &restarted}) {
    if (model == &restarted) model->reopen();
    model->append(recorded(task_id(1), 4, events::TaskAssigned{.assignee_id = user_id(1)}, 0));
    model->append(recorded(task_id(2), 3, events::TaskEdited{.changes = {.title = "Late"}}, 9));
    model->deliver();
  }
  EXPECT_EQ(restarted.dump(), through.dump());
  // Time never goes back, although the last event's clock did.
  EXPECT_NE(restarted.dump().find(R"("version":4,"eventId")"), std::string::npos);
}

TEST(Projector, ParksWhatItCannotReadByteForByte) {
  ReadModel model;
  append_story(model);
  model.deliver();
  EXPECT_EQ(model.number("SELECT count(*) FROM parked_records"), 1);
  EXPECT_NE(model.dump().find("the key is not a stream id|6E6F7420612073747265616D|"), std::string::npos);
  EXPECT_NE(model.dump().find("|726177|"), std::string::npos);
}

TEST(Projector, QuarantinesAStreamAndGoesOnWithTheOthers) {
  ReadModel model;
  append_story(model);
  const auto unknown = recorded(task_id(1), 4, events::TaskUnassigned{.previous_assignee_id = user_id(1)}, 7);
  model.append(with_header(events::to_record(unknown), "ce_type", "taskstream.task.painted.v1"),
               partition_of(model, task_id(1)));
  model.append(recorded(task_id(1), 5, events::TaskEdited{.changes = {.title = "After"}}, 8));
  model.append(recorded(task_id(3), 1, events::TaskCreated{.title = "Another"}, 9));
  model.deliver(1);
  const FoundTask found = model.queries().find_task(task_id(1), Sight::everything());
  EXPECT_TRUE(found.quarantined);
  EXPECT_EQ(found.version, 3);
  const auto body = nlohmann::json::parse(found.body);
  EXPECT_EQ(body.at("title"), "Write the guide");
  EXPECT_EQ(body.at("quarantined").at("version"), 4);
  EXPECT_EQ(model.queries().counts().parked, 3);
  EXPECT_EQ(model.queries().counts().quarantined, 1);
  EXPECT_TRUE(model.queries().find_task(task_id(3), Sight::everything()).known);

  // Software that still does not know it leaves everything as it is.
  const std::string before = model.dump();
  model.reopen();
  model.projector().refold_parked();
  EXPECT_EQ(model.dump(), before);
}

TEST(Projector, FoldsParkedRecordsOnceItKnowsThem) {
  ReadModel known;
  append_story(known);
  ReadModel parked;
  append_story(parked);
  for (ReadModel* model : {&known, &parked}) {
    events::Record record =
        events::to_record(recorded(task_id(1), 4, events::TaskAssigned{.assignee_id = user_id(1)}, 7));
    if (model == &parked) record = with_header(std::move(record), "ce_type", "taskstream.task.painted.v1");
    model->append(std::move(record), partition_of(*model, task_id(1)));
    model->append(recorded(task_id(1), 5, events::TaskEdited{.changes = {.title = "After", .tags = {{"new"}}}}, 8));
    model->deliver();
  }
  ASSERT_NE(parked.dump(), known.dump());
  {
    // As if the release that runs now were one that knows the type: the parked headers become what it can read.
    sqlite::Database database(parked.path(), sqlite::Database::Mode::ReadWrite);
    SQLite::Statement update = database.prepare(
        "UPDATE parked_records SET headers = ? WHERE stream_no IS NOT NULL AND record_offset = "
        "(SELECT min(record_offset) FROM parked_records WHERE stream_no IS NOT NULL)");
    const auto record = events::to_record(recorded(task_id(1), 4, events::TaskAssigned{.assignee_id = user_id(1)}, 7));
    const std::string blob = to_blob(record.headers);
    update.bind(1, blob.data(), static_cast<int>(blob.size()));
    ASSERT_EQ(update.exec(), 1);
  }
  parked.reopen();
  parked.projector().refold_parked();
  ASSERT_TRUE(parked.failures.empty()) << parked.failures.front();
  EXPECT_EQ(parked.dump(), known.dump());
}

TEST(Projector, CountsVersionsOfKindsThatItDoesNotShow) {
  ReadModel model;
  const events::StreamId user = events::StreamId::of(user_id(1));
  const events::StreamId email = *events::StreamId::parse("email/" + std::string(64, 'a'));
  model.append(
      recorded(user, 1, events::UserRegistered{.first_name = "A", .last_name = "L", .email = "a@example.org"}, 1));
  model.append(recorded(email, 1, events::EmailClaimed{.user_id = user_id(1), .user_version = {1}}, 2));
  model.append(
      events::Record{.key = "robot/1",
                     .headers = {{"ce_id", task_id(9).to_string()}, {"ce_type", "x"}, {"ce_streamversion", "1"}},
                     .value = ""},
      events::partition_of("robot/1", model.identity.partitions));
  model.deliver();
  model.reopen();
  model.append(recorded(user, 2, events::UserDeactivated{}, 3));
  model.append(recorded(email, 2, events::EmailReleased{.user_id = user_id(1), .user_version = {1}}, 4));
  model.deliver();
  EXPECT_TRUE(model.failures.empty());
  EXPECT_EQ(model.number("SELECT count(*) FROM streams WHERE version = 2"), 2);
  EXPECT_EQ(model.number("SELECT count(*) FROM streams WHERE quarantine_version IS NOT NULL"), 1);
  EXPECT_NE(model.dump().find(R"("active":false)"), std::string::npos);
}

TEST(Projector, MergesBatchesWhileFarBehindAndCommitsAtOnceNearTheEnd) {
  ReadModel model({.batch_records = 100, .live_lag_records = 10}, 1);
  for (int i = 0; i < 250; ++i)
    model.append(recorded(task_id(static_cast<std::uint8_t>(i)), 1, events::TaskCreated{.title = "t"}, i));
  model.projector().expect_end(events::PositionVector({250}));
  model.deliver(1);
  // 100, 200, then one by one from ten before the end.
  EXPECT_EQ(model.commits.front().positions, events::PositionVector({100}));
  EXPECT_EQ(model.commits[1].positions, events::PositionVector({200}));
  EXPECT_EQ(model.commits[2].positions, events::PositionVector({240}));
  EXPECT_EQ(model.commits.size(), 13U);
}

TEST(Projector, CommitsWhatWaitsWhenNothingMoreComes) {
  ReadModel model({.live_lag_records = 10}, 1);
  model.projector().expect_end(events::PositionVector({1'000}));
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "t"}));
  model.deliver();
  EXPECT_TRUE(model.commits.empty());
  model.projector().commit_if_idle(std::chrono::milliseconds(0));
  EXPECT_EQ(model.committed(), events::PositionVector({1}));
}

TEST(Projector, MovesPastOffsetsThatCarryNothing) {
  ReadModel model;
  model.projector().on_partition_end({.partition = 2, .offset = 17});
  EXPECT_EQ(model.committed(), events::PositionVector({0, 0, 17}));
  EXPECT_EQ(model.projector().checkpoint().at(2).next, 17);
}

TEST(Projector, PublishesTheTokenThatReadersFindInTheSnapshot) {
  ReadModel model;
  append_story(model);
  model.deliver();
  EXPECT_EQ(model.commits.back().token, model.queries().find_task(task_id(1), Sight::everything()).token);
  EXPECT_EQ(*events::decode_token(model.commits.back().token, model.identity.log_id), model.committed());
}

// Makes the n-th step of the writer's SQL fail, whatever statement it belongs to.
struct FailAtStep {
  FailAtStep(ReadModel& in, int step) : model(in), left(step) {
    sqlite3_progress_handler(model.file().writer().connection().getHandle(), 1, fail, this);
  }
  ~FailAtStep() { sqlite3_progress_handler(model.file().writer().connection().getHandle(), 0, nullptr, nullptr); }
  static int fail(void* self) { return --static_cast<FailAtStep*>(self)->left == 0 ? 1 : 0; }

  ReadModel& model;
  int left;
};

TEST(Projector, NeverKeepsRowsWithoutTheirPositionWhicheverStepFails) {
  // What the rows are at every position that a commit could have reached.
  std::set<std::string> whole;
  ReadModel through;
  append_story(through);
  through.projector().announce();
  whole.insert(through.dump());
  for (std::size_t records = 1; records <= kStoryRecords; ++records) {
    ReadModel model;
    append_story(model);
    model.deliver_some(records);
    whole.insert(model.dump());
  }
  through.deliver();

  int failures = 0;
  for (int step = 1;; step += 11) {
    ReadModel model;
    append_story(model);
    model.projector().announce();
    {
      const FailAtStep fault(model, step);
      model.deliver(2);
    }
    if (model.failures.empty()) break;
    ++failures;
    ASSERT_EQ(whole.count(model.dump()), 1U) << step << ": " << model.failures.front() << "\n" << model.dump();
    // A commit that failed may have taken place all the same; what was told is there in any case.
    ASSERT_TRUE(events::decode_token(model.queries().counts().token, model.identity.log_id)->covers(model.committed()));
    model.projector().start_over();
    model.deliver_from(model.projector().checkpoint().positions(), 2);
    ASSERT_EQ(model.dump(), through.dump()) << step;
  }
  EXPECT_GT(failures, 20);
}

TEST(Projector, FollowsALogUnderWay) {
  events::MemoryEventLog log(3);
  ReadModel model;
  const auto append = [&](const events::RecordedEvent& event) {
    log.append(events::partition_of(event.stream.to_string(), 3), events::to_record(event),
               [](events::AppendOutcome) {});
  };
  for (std::uint8_t i = 0; i < 100; ++i) append(recorded(task_id(i), 1, events::TaskCreated{.title = "before"}));
  const auto subscription = log.follow(model.projector().checkpoint(), model.projector());
  for (std::uint8_t i = 0; i < 100; ++i)
    append(recorded(task_id(i), 2, events::TaskEdited{.changes = {.title = "after"}}));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (model.number("SELECT count(*) FROM history") < 200 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(model.number("SELECT count(*) FROM tasks WHERE title = 'after'"), 100);
}

}  // namespace
}  // namespace taskstream::projection::testing
