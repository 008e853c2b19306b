#include "command-service/core/replica.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;
using events::AppendOutcome;
using events::LogRecord;
using events::Offset;
using events::StreamVersion;

const events::TaskId kTask = *events::TaskId::parse("0192f0c1-2b6e-7c3d-8a4f-5e6d7c8b9a01");
constexpr std::chrono::milliseconds kTimeout = 5s;
constexpr std::chrono::milliseconds kWait = 2s;

// One partition in memory. Replicas read it when the test says so.
struct TestLog {
  std::vector<LogRecord> records;

  Offset append(events::Record record) {
    const auto offset = static_cast<Offset>(records.size());
    records.push_back({.position = {.partition = 0, .offset = offset}, .log_time = {}, .record = std::move(record)});
    return offset;
  }
  events::PositionVector end() const { return events::PositionVector({static_cast<Offset>(records.size())}); }
};

// A replica on the log, whose every effect waits until the test carries it out.
class Instance {
 public:
  Instance(TestLog& log, std::uint8_t seed)
      : log_(log),
        replica_({.partitions = 1,
                  .source = "/taskstream/command-service/test",
                  .attempts = 3,
                  .ahead_of_tail_at_most = 4,
                  .random = [seed, n = std::uint8_t{0}]() mutable {
                    events::Uuid::Bytes bytes{};
                    bytes.fill(seed);
                    bytes[15] = n++;
                    return bytes;
                  }}) {
    replica_.on_tick(now_);
    collect();
    answer_end();
    read_all();
  }

  Ticket send(TaskCommand command, Expectation expectation = {}, std::optional<RequestKey> key = {},
              events::PositionVector at_least = {}) {
    const Ticket ticket = ++last_ticket_;
    replica_.on_command(ticket,
                        {.task_id = kTask,
                         .command = std::move(command),
                         .expectation = std::move(expectation),
                         .actor = "ann",
                         .key = std::move(key),
                         .correlation_id = "request-" + std::to_string(ticket),
                         .at_least = std::move(at_least),
                         .wait = kWait,
                         .timeout = kTimeout},
                        now_);
    collect();
    return ticket;
  }

  Ticket read() {
    const Ticket ticket = ++last_ticket_;
    replica_.on_read(ticket, {.task_id = kTask, .wait = kWait, .timeout = kTimeout}, now_);
    collect();
    return ticket;
  }

  // ---- what the log does
  Append take_append() {
    EXPECT_FALSE(appends_.empty()) << "nothing was appended";
    if (appends_.empty()) std::abort();
    Append append = std::move(appends_.front());
    appends_.pop_front();
    return append;
  }
  void report(const Append& append, AppendOutcome outcome) {
    replica_.on_append_outcome(append.id, std::move(outcome), now_);
    collect();
  }
  void report_appended(const Append& append, Offset offset) {
    report(append, {.status = AppendOutcome::Status::Appended, .position = events::Position{0, offset}});
  }
  void read_all() {
    const std::vector<LogRecord> rest(log_.records.begin() + read_, log_.records.end());
    read_ = static_cast<Offset>(log_.records.size());
    replica_.on_records(rest, now_);
    collect();
  }
  bool asks_end() const { return ends_asked_ > 0; }
  void answer_end() { answer_end(log_.end()); }
  void answer_end(const events::PositionVector& end) {
    ASSERT_GT(ends_asked_, 0) << "nobody asked for the end of the log";
    --ends_asked_;
    replica_.on_end_of_log(0, end, now_);
    collect();
  }
  void let_pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall += time;
    replica_.on_tick(now_);
    collect();
  }
  void set_reachable(bool reachable) { replica_.on_reachable(reachable); }
  bool appends_something() const { return !appends_.empty(); }

  // ---- what it answered
  const Result* answer(Ticket ticket) const {
    const auto found = answers_.find(ticket);
    return found != answers_.end() ? &found->second.result : nullptr;
  }
  const events::PositionVector& fold_of(Ticket ticket) const { return answers_.at(ticket).fold; }
  void damage() {
    replica_.on_damage("made anew");
    collect();
  }
  template <class R>
  const R* answer_as(Ticket ticket) const {
    const Result* result = answer(ticket);
    return result != nullptr ? std::get_if<R>(result) : nullptr;
  }
  template <class R>
  bool refused_as(Ticket ticket) const {
    const auto* rejection = answer_as<Rejection>(ticket);
    return rejection != nullptr && std::holds_alternative<R>(*rejection);
  }
  const std::optional<std::string>& stopped() const { return stopped_; }

  // Sends, lands and learns, as when nobody else is there.
  Ticket send_through(TaskCommand command, Expectation expectation = {}, std::optional<RequestKey> key = {}) {
    const Ticket ticket = send(std::move(command), std::move(expectation), std::move(key));
    const Append append = take_append();
    report_appended(append, log_.append(append.record));
    read_all();
    return ticket;
  }

 private:
  void collect() {
    for (Effect& effect : replica_.take_effects()) {
      if (auto* append = std::get_if<Append>(&effect)) appends_.push_back(std::move(*append));
      if (std::holds_alternative<AskEnd>(effect)) ++ends_asked_;
      if (auto* reply = std::get_if<Reply>(&effect)) {
        EXPECT_TRUE(answers_.emplace(reply->ticket, std::move(reply->answer)).second) << "answered twice";
      }
      if (auto* stop = std::get_if<Stop>(&effect)) stopped_ = stop->message;
    }
  }

  TestLog& log_;
  Now now_{.steady = SteadyTime(1h), .wall = events::Instant(1'700'000'000s)};
  Replica replica_;
  std::deque<Append> appends_;
  int ends_asked_ = 0;
  Offset read_ = 0;
  Ticket last_ticket_ = 0;
  std::map<Ticket, Answer> answers_;
  std::optional<std::string> stopped_;
};

class ReplicaTest : public testing::Test {
 protected:
  TestLog log;
  Instance a{log, 0xA};
  Instance b{log, 0xB};
};

Expectation at_version(std::int64_t version) {
  return {.kind = Expectation::Kind::OneOf, .versions = {StreamVersion{version}}};
}
EditTask retitle(std::string title) {
  return {.changes = {.title = std::move(title)}};
}
CreateTask create() {
  return {.title = "Write the guide"};
}

TEST_F(ReplicaTest, AnswersOnceTheReportStandsAtItsFold) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  const Offset offset = log.append(append.record);
  EXPECT_EQ(a.answer(ticket), nullptr) << "no success before the verdict";
  a.report_appended(append, offset);
  const auto* success = a.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_EQ(success->task.version, StreamVersion{1});
  EXPECT_EQ(success->event_id, append.id);
}

TEST_F(ReplicaTest, AnswersOnceTheTailHasBroughtTheRecordIfThatComesFirst) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  const Offset offset = log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  a.report_appended(append, offset);
  EXPECT_FALSE(a.stopped());
}

TEST_F(ReplicaTest, TakesNoReportForAVerdictWhileForeignRecordsLieBetween) {
  a.send_through(create());
  b.read_all();
  b.send(retitle("b's"), at_version(1));
  const Ticket of_a = a.send(retitle("a's"), at_version(1));
  const Append append_b = b.take_append();
  const Append append_a = a.take_append();
  log.append(append_b.record);
  const Offset offset = log.append(append_a.record);
  a.report_appended(append_a, offset);
  EXPECT_EQ(a.answer(of_a), nullptr) << "b's record lies before it, unread";
  a.read_all();
  const auto* conflict = a.answer_as<VersionConflict>(of_a);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->current.title, "b's");
}

TEST_F(ReplicaTest, LetsExactlyOneOfTwoWinAVersion) {
  a.send_through(create());
  b.read_all();
  const Ticket of_a = a.send(retitle("a's"), at_version(1));
  const Ticket of_b = b.send(retitle("b's"), at_version(1));
  const Append append_a = a.take_append();
  const Append append_b = b.take_append();
  const Offset offset_b = log.append(append_b.record);
  const Offset offset_a = log.append(append_a.record);
  a.report_appended(append_a, offset_a);
  b.report_appended(append_b, offset_b);
  a.read_all();
  b.read_all();
  EXPECT_NE(b.answer_as<Succeeded>(of_b), nullptr);
  ASSERT_NE(a.answer_as<VersionConflict>(of_a), nullptr)
      << "matched by version alone, a would have believed that it won";
}

TEST_F(ReplicaTest, DecidesAgainWhenACommandWithoutAVersionLosesARace) {
  a.send_through(create());
  b.read_all();
  const Ticket of_a = a.send(AssignTask{.assignee_id = *events::UserId::parse("7d444840-9dc0-41d1-b245-5ffdce74fad2")});
  b.send_through(retitle("b's"), at_version(1));
  const Append lost = a.take_append();
  a.read_all();
  const Append again = a.take_append();
  log.append(lost.record);
  log.append(again.record);
  a.read_all();
  const auto* success = a.answer_as<Succeeded>(of_a);
  ASSERT_NE(success, nullptr);
  EXPECT_EQ(success->task.version, StreamVersion{3});
  EXPECT_EQ(success->event_id, again.id);
}

TEST_F(ReplicaTest, GivesUpAfterAsManyLostRacesAsAreAllowed) {
  a.send_through(create());
  b.read_all();
  const Ticket ticket = a.send(retitle("a's"), {.kind = Expectation::Kind::Any});
  for (int i = 0; i < 3; ++i) {
    b.send_through(retitle("b's " + std::to_string(i)), {.kind = Expectation::Kind::Any});
    log.append(a.take_append().record);
    a.read_all();
    b.read_all();
  }
  EXPECT_NE(a.answer_as<Contended>(ticket), nullptr);
}

TEST_F(ReplicaTest, ConfirmsARefusalByABarrierBegunAfterTheRequestCame) {
  a.send_through(create());
  // b has not heard of the task yet.
  const Ticket ticket = b.send(retitle("x"), at_version(1));
  EXPECT_EQ(b.answer(ticket), nullptr) << "b cannot know that the task is missing";
  b.answer_end();
  EXPECT_EQ(b.answer(ticket), nullptr) << "b has not folded up to the end yet";
  b.read_all();
  const Append append = b.take_append();
  b.report_appended(append, log.append(append.record));
  EXPECT_NE(b.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(ReplicaTest, RefusesOnceTheBarrierIsReached) {
  const Ticket ticket = a.send(retitle("x"), at_version(1));
  a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsMissing>(ticket));
}

TEST_F(ReplicaTest, ConfirmsThatNothingChanges) {
  a.send_through(create());
  b.read_all();
  a.send_through(retitle("a's"), at_version(1));
  const Ticket ticket = b.send(retitle("Write the guide"), {.kind = Expectation::Kind::Any});
  EXPECT_EQ(b.answer(ticket), nullptr) << "b's title is old";
  b.answer_end();
  b.read_all();
  EXPECT_TRUE(b.appends_something());
}

TEST_F(ReplicaTest, RefusesAnOlderVersionAtOnce) {
  a.send_through(create());
  a.send_through(retitle("new"), at_version(1));
  const Ticket ticket = a.send(retitle("x"), at_version(1));
  EXPECT_FALSE(a.asks_end()) << "versions never go back";
  const auto* conflict = a.answer_as<VersionConflict>(ticket);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->expected, StreamVersion{1});
  EXPECT_EQ(conflict->current.version, StreamVersion{2});
}

TEST_F(ReplicaTest, ConfirmsTheRefusalOfANewerVersion) {
  a.send_through(create());
  b.read_all();
  a.send_through(retitle("new"), at_version(1));
  const Ticket ticket = b.send(retitle("x"), at_version(2));
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.answer_end();
  b.read_all();
  EXPECT_TRUE(b.appends_something());
}

TEST_F(ReplicaTest, ReadsStronglyThroughABarrier) {
  a.send_through(create());
  const Ticket ticket = b.read();
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.answer_end();
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.read_all();
  const auto* read = b.answer_as<Succeeded>(ticket);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->task.version, StreamVersion{1});
}

TEST_F(ReplicaTest, DoesNotShareABarrierThatIsUnderWay) {
  const Ticket first = b.read();
  a.send_through(create());
  const Ticket second = b.read();
  // The end that was asked for before the write.
  b.answer_end(events::PositionVector({0}));
  EXPECT_TRUE(b.refused_as<TaskIsMissing>(first));
  EXPECT_EQ(b.answer(second), nullptr);
  b.answer_end();
  b.read_all();
  EXPECT_NE(b.answer_as<Succeeded>(second), nullptr);
}

TEST_F(ReplicaTest, SaysUnavailableOnlyWhenNothingWasAppended) {
  const Ticket ticket = a.send(create());
  a.report(a.take_append(), {.status = AppendOutcome::Status::NotAppended, .reason = "queue full"});
  EXPECT_NE(a.answer_as<LogUnavailable>(ticket), nullptr);
}

TEST_F(ReplicaTest, SaysUnknownWhenTheVerdictDoesNotComeInTime) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  a.let_pass(kTimeout - 1ms);
  EXPECT_EQ(a.answer(ticket), nullptr);
  a.let_pass(1ms);
  const auto* unknown = a.answer_as<OutcomeUnknown>(ticket);
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->event_id, append.id);
}

TEST_F(ReplicaTest, WaitsForTheTailAfterAnUnknownReport) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  a.report(append, {.status = AppendOutcome::Status::Unknown, .reason = "timed out"});
  EXPECT_EQ(a.answer(ticket), nullptr) << "it may be in the log";
  log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(ReplicaTest, WaitsForTheTailWhenTheReportNamesNoOffset) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  a.report(append, {.status = AppendOutcome::Status::Appended});
  EXPECT_EQ(a.answer(ticket), nullptr);
  log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(ReplicaTest, AppliesALateRecordOfAnUnknownOutcomeAndRefusesTheNextOnItsVersion) {
  a.send_through(create());
  a.send(retitle("late"), at_version(1));
  const Append late = a.take_append();
  a.let_pass(kTimeout);
  const Ticket next = a.send(retitle("next"), at_version(1));
  log.append(late.record);
  const Append append = a.take_append();
  log.append(append.record);
  a.read_all();
  const auto* conflict = a.answer_as<VersionConflict>(next);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->current.title, "late");
}

TEST_F(ReplicaTest, AnswersARepeatedKeyWithTheFirstEvent) {
  const RequestKey key{.id = "k", .hash = "h"};
  const Ticket first = a.send_through(create(), {}, key);
  b.read_all();
  const Ticket again = b.send(create(), {}, key);
  const auto* replay = b.answer_as<Succeeded>(again);
  ASSERT_NE(replay, nullptr);
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->event_id, a.answer_as<Succeeded>(first)->event_id);
  EXPECT_FALSE(b.appends_something());
}

TEST_F(ReplicaTest, FindsTheKeyWhenARepeatedCreateRacesAtAnotherInstance) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send(create(), {}, key);
  const Ticket again = b.send(create(), {}, key);
  const Append first = a.take_append();
  const Append second = b.take_append();
  log.append(first.record);
  log.append(second.record);
  b.read_all();
  const auto* replay = b.answer_as<Succeeded>(again);
  ASSERT_NE(replay, nullptr);
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->event_id, first.id);
}

TEST_F(ReplicaTest, SaysThatTheFirstStillRuns) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send(create(), {}, key);
  EXPECT_NE(a.answer_as<StillRunning>(a.send(create(), {}, key)), nullptr);
}

TEST_F(ReplicaTest, RefusesAKeyThatCameWithAnotherRequest) {
  a.send_through(create(), {}, RequestKey{.id = "k", .hash = "h"});
  const Ticket ticket = a.send(create(), {}, RequestKey{.id = "k", .hash = "other"});
  a.answer_end();
  EXPECT_NE(a.answer_as<KeyReused>(ticket), nullptr);
}

TEST_F(ReplicaTest, DecidesCommandsOnOneStreamOneAfterAnother) {
  a.send_through(create());
  const Ticket first = a.send(retitle("first"), {.kind = Expectation::Kind::Any});
  const Ticket second = a.send(retitle("second"), {.kind = Expectation::Kind::Any});
  const Append append = a.take_append();
  EXPECT_FALSE(a.appends_something());
  a.report_appended(append, log.append(append.record));
  EXPECT_NE(a.answer(first), nullptr);
  const Append next = a.take_append();
  a.report_appended(next, log.append(next.record));
  EXPECT_EQ(a.answer_as<Succeeded>(second)->task.version, StreamVersion{3});
}

TEST_F(ReplicaTest, AppendsNothingAfterTheDeadline) {
  a.send_through(create());
  a.send(retitle("first"), {.kind = Expectation::Kind::Any});
  const Ticket second = a.send(retitle("second"), {.kind = Expectation::Kind::Any});
  a.take_append();
  a.let_pass(kTimeout);
  EXPECT_NE(a.answer_as<LogUnavailable>(second), nullptr);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(ReplicaTest, StopsWhenAnAcknowledgedRecordIsNotWhereTheReportSays) {
  a.send(create());
  const Append append = a.take_append();
  log.append({.key = "task/other", .headers = {}, .value = "somebody else's"});
  a.read_all();
  a.report_appended(append, 0);
  EXPECT_TRUE(a.stopped());
}

TEST_F(ReplicaTest, AnswersWithAFoldThatCoversTheOwnRecord) {
  const Ticket ticket = a.send_through(create());
  EXPECT_TRUE(a.fold_of(ticket).covers(log.end())) << "a token made of it would not promise to read the own write";
}

TEST_F(ReplicaTest, PromisesNothingOnceTheLogIsDamaged) {
  a.send_through(create());
  const Ticket appended = a.send(retitle("x"), at_version(1));
  const Ticket waiting = a.send(retitle("y"), at_version(1));
  const Ticket reading = a.read();
  a.damage();
  EXPECT_TRUE(a.stopped());
  EXPECT_NE(a.answer_as<OutcomeUnknown>(appended), nullptr);
  EXPECT_NE(a.answer_as<LogUnavailable>(waiting), nullptr);
  EXPECT_NE(a.answer_as<LogUnavailable>(reading), nullptr);
  const Append append = a.take_append();
  a.report_appended(append, log.append(append.record));
  EXPECT_NE(a.answer_as<LogUnavailable>(a.send(retitle("z"), at_version(1))), nullptr);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(ReplicaTest, ConfirmsNothingByAnEndThatLiesBelowItsFold) {
  a.send_through(create());
  const Ticket reading = a.read();
  a.answer_end(events::PositionVector({0}));
  EXPECT_EQ(a.answer(reading), nullptr) << "a deposed leader, or a log that lost what was read";
  a.let_pass(20ms);
  a.answer_end();
  EXPECT_NE(a.answer_as<Succeeded>(reading), nullptr);
  EXPECT_FALSE(a.stopped());
}

TEST_F(ReplicaTest, StopsWhenTheEndStaysBelowItsFold) {
  a.send_through(create());
  a.read();
  a.answer_end(events::PositionVector({0}));
  a.let_pass(4s);
  a.answer_end(events::PositionVector({0}));
  EXPECT_FALSE(a.stopped());
  a.let_pass(12s);
  a.read();
  a.answer_end(events::PositionVector({0}));
  EXPECT_TRUE(a.stopped());
}

TEST_F(ReplicaTest, WaitsForTheTokenBeforeTheTimeOfTheCommandBegins) {
  a.send_through(create());
  const Ticket ticket = b.send(retitle("x"), at_version(1), {}, log.end());
  b.let_pass(kWait - 1ms);
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.read_all();
  const Append append = b.take_append();
  b.let_pass(kTimeout - 1ms);
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.report_appended(append, log.append(append.record));
  EXPECT_NE(b.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(ReplicaTest, SaysThatItIsBehindTheToken) {
  a.send_through(create());
  const Ticket ticket = b.send(retitle("x"), at_version(1), {}, log.end());
  b.let_pass(kWait);
  EXPECT_NE(b.answer_as<BehindToken>(ticket), nullptr);
}

TEST_F(ReplicaTest, PassesOverAForeignRecordOfAStreamThatItIsCreating) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  events::Record foreign = append.record;
  for (events::Header& header : foreign.headers) {
    if (header.name == "ce_streamversion") header.value = "7";
    if (header.name == "ce_id") header.value = "0192f0c1-2b6e-7c3d-8a4f-5e6d7c8b9aff";
  }
  log.append(foreign);
  log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(ReplicaTest, DoesNotReplayOnAQuarantinedStream) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send_through(create(), {}, key);
  b.read_all();
  b.send(retitle("x"), at_version(1));
  Append append = b.take_append();
  append.record.value = "no JSON";
  log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<StreamQuarantined>(a.send(create(), {}, key)), nullptr);
}

TEST_F(ReplicaTest, CountsAnEventOfAnUnknownTypeAndQuarantinesItsStream) {
  a.send_through(create());
  b.read_all();
  b.send(retitle("x"), at_version(1));
  Append append = b.take_append();
  for (events::Header& header : append.record.headers) {
    if (header.name == "ce_type") header.value = "taskstream.task.teleported.v1";
  }
  log.append(append.record);
  a.read_all();
  const Ticket ticket = a.send(retitle("y"), at_version(2));
  const auto* quarantined = a.answer_as<StreamQuarantined>(ticket);
  ASSERT_NE(quarantined, nullptr);
  EXPECT_EQ(quarantined->quarantine.version, StreamVersion{2});
}

TEST_F(ReplicaTest, RefusesAtOnceWhileTheLogIsKnownToBeOutOfReach) {
  a.set_reachable(false);
  EXPECT_NE(a.answer_as<LogUnavailable>(a.send(create())), nullptr);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(ReplicaTest, TakesNoMoreThanTheTailGivesBack) {
  Ticket last = 0;
  for (int i = 0; i < 4; ++i) {
    last = i == 0 ? a.send(create()) : a.send(retitle("take " + std::to_string(i)), {.kind = Expectation::Kind::Any});
    const Append append = a.take_append();
    a.report_appended(append, log.append(append.record));
  }
  EXPECT_NE(a.answer_as<Succeeded>(last), nullptr);
  EXPECT_NE(a.answer_as<LogUnavailable>(a.send(retitle("x"), {.kind = Expectation::Kind::Any})), nullptr);
  a.read_all();
  a.send(retitle("x"), {.kind = Expectation::Kind::Any});
  EXPECT_TRUE(a.appends_something());
}

TEST(ReplicaAtStart, IsNotReadyUntilItHasCaughtUp) {
  Replica replica({.partitions = 1, .source = "test", .random = [] { return events::Uuid::Bytes{}; }});
  const Now now{};
  replica.on_tick(now);
  EXPECT_EQ(replica.take_effects().size(), 1U);
  replica.on_end_of_log(0, events::PositionVector({1}), now);
  EXPECT_FALSE(replica.is_caught_up());
  replica.on_command(1, {.task_id = kTask, .command = create()}, now);
  const auto effects = replica.take_effects();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<NotReady>(std::get<Reply>(effects[0]).answer.result));
  replica.on_records({LogRecord{.position = {.partition = 0, .offset = 0}, .log_time = {}, .record = {}}}, now);
  EXPECT_TRUE(replica.is_caught_up());
}

}  // namespace
}  // namespace taskstream::command
