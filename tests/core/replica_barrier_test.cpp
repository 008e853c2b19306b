#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

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
  EXPECT_EQ(task_in(conflict->current).version, StreamVersion{2});
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
  EXPECT_EQ(task_in(read->state).version, StreamVersion{1});
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

// Another instance has done what is asked, before the user's stream was quarantined there; here that alone is read.
TEST_F(ReplicaTest, ConfirmsARefusalThatRestsOnAnotherStreamsQuarantine) {
  const auto ben = *events::UserId::parse("22222222-2222-4222-8222-222222222222");
  const RequestKey key{.id = "k", .hash = "h"};
  const Expectation any{.kind = Expectation::Kind::Any};
  land_users({ben});
  a.send_through(create());
  b.read_all();
  events::Record strange = events::to_record({.stream = events::StreamId::of(ben),
                                              .id = events::EventId(kTask.uuid()),
                                              .version = {2},
                                              .context = {.source = "/elsewhere", .time = {}, .actor = "eve"},
                                              .event = events::UserReactivated{}});
  strange.value = "no JSON";
  log.append(std::move(strange));
  a.read_all();
  b.send(AssignTask{.assignee_id = ben}, any, key);
  log.append(b.take_append().record);

  const Ticket ticket = a.send(AssignTask{.assignee_id = ben}, any, key);
  EXPECT_EQ(a.answer(ticket), nullptr) << "a has not heard of what was done";
  a.answer_end();
  a.read_all();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_TRUE(a.answer_as<Succeeded>(ticket)->replayed);

  const Ticket other = a.send(AssignTask{.assignee_id = ben}, any);
  EXPECT_EQ(a.answer(other), nullptr);
  a.answer_end();
  EXPECT_NE(a.answer_as<StreamQuarantined>(other), nullptr);
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

TEST_F(ReplicaTest, LetsNoMoreWaitThanMay) {
  a.send_through(create());
  b.read_all();
  log.append(events::Record());  // nobody has read it
  std::vector<Ticket> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(b.read());
  for (int i = 0; i < 4; ++i) waiting.push_back(b.send(retitle("x"), {}, {}, log.end()));
  for (const Ticket ticket : waiting) EXPECT_EQ(b.answer(ticket), nullptr);

  EXPECT_NE(b.answer_as<TooManyWait>(b.read()), nullptr);
  const auto* behind = b.answer_as<BehindToken>(b.send(retitle("x"), {}, {}, log.end()));
  ASSERT_NE(behind, nullptr);
  EXPECT_EQ(behind->lag_records, 1);
  const Ticket write = b.send(DeleteTask{}, at_version(1));
  EXPECT_TRUE(b.appends_something()) << "what has not to wait is done";
  b.report(b.take_append(), {.status = AppendOutcome::Status::NotAppended});
  EXPECT_NE(b.answer_as<LogUnavailable>(write), nullptr);

  // Whoever has got through, or has given up, makes room.
  b.answer_end(events::PositionVector({1}));
  EXPECT_NE(b.answer_as<Succeeded>(waiting[0]), nullptr);
  EXPECT_EQ(b.answer(b.read()), nullptr);
  EXPECT_NE(b.answer_as<TooManyWait>(b.read()), nullptr);
  b.let_pass(kWait);
  for (std::size_t i = 4; i < 8; ++i) EXPECT_NE(b.answer_as<BehindToken>(waiting[i]), nullptr);
  EXPECT_EQ(b.answer(b.send(retitle("x"), {}, {}, log.end())), nullptr);
}

TEST_F(ReplicaTest, LetsAReadBeginWithTheRoomOfThoseWhoAreThrough) {
  a.send_through(create());
  std::vector<Ticket> reads;
  for (int i = 0; i < 4; ++i) reads.push_back(b.read());
  b.answer_end();
  b.answer_end();  // to those who came while the first one was asked
  const Ticket later = b.read(anybody("ann"), log.end());
  b.read_all();  // what all five have waited for
  for (const Ticket ticket : reads) EXPECT_NE(b.answer(ticket), nullptr);
  EXPECT_EQ(b.answer(later), nullptr) << "its own barrier has begun";
  b.answer_end();
  EXPECT_NE(b.answer(later), nullptr);
  EXPECT_EQ(b.answer_as<TooManyWait>(later), nullptr);
}

TEST_F(ReplicaTest, LetsNobodyWaitForATokenWhileItDrains) {
  a.send_through(create());
  const Ticket waits = b.send(retitle("x"), {}, {}, log.end());
  const Ticket reads = b.read(anybody("ann"), log.end());
  b.drain();
  EXPECT_NE(b.answer_as<BehindToken>(waits), nullptr);
  EXPECT_NE(b.answer_as<BehindToken>(reads), nullptr);
  EXPECT_NE(b.answer_as<BehindToken>(b.send(retitle("x"), {}, {}, log.end())), nullptr);
  b.read_all();
  EXPECT_FALSE(b.appends_something()) << "nothing happens to what was refused";
  b.send(retitle("y"), at_version(1), {}, log.end());
  EXPECT_TRUE(b.appends_something()) << "who need not wait is served to the end";
}

TEST_F(ReplicaTest, LetsWhoWaitedForTheirTokenMakeRoom) {
  log.append(events::Record());
  for (int i = 0; i < 4; ++i) b.send(create(), {}, {}, log.end());
  EXPECT_NE(b.answer_as<BehindToken>(b.send(create(), {}, {}, log.end())), nullptr);
  b.read_all();
  log.append(events::Record());
  EXPECT_EQ(b.answer(b.send(create(), {}, {}, log.end())), nullptr);
}

TEST_F(ReplicaTest, SaysThatItIsBehindTheToken) {
  a.send_through(create());
  const Ticket ticket = b.send(retitle("x"), at_version(1), {}, log.end());
  b.let_pass(kWait);
  EXPECT_NE(b.answer_as<BehindToken>(ticket), nullptr);
}

TEST(ReplicaAtStart, IsNotReadyUntilItHasCaughtUp) {
  MemoryStateStore store;
  Replica replica({.partitions = 1, .source = "test", .random = [] { return events::Uuid::Bytes{}; }}, store);
  const Now now{};
  replica.on_tick(now);
  EXPECT_EQ(replica.take_effects().size(), 1U);
  replica.on_end_of_log(0, events::PositionVector({1}), now);
  EXPECT_FALSE(replica.is_caught_up());
  replica.on_command(1, {.stream = events::StreamId::of(kTask), .command = create()}, now);
  const auto effects = replica.take_effects();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<NotReady>(std::get<Reply>(effects[0]).answer.result));
  replica.on_records({LogRecord{.position = {.partition = 0, .offset = 0}, .log_time = {}, .record = {}}}, now);
  EXPECT_TRUE(replica.is_caught_up());
}

}  // namespace
}  // namespace taskstream::command
