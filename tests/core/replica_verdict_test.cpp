#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

TEST_F(ReplicaTest, AnswersOnceTheReportStandsAtItsFold) {
  const Ticket ticket = a.send(create());
  const Append append = a.take_append();
  const Offset offset = log.append(append.record);
  EXPECT_EQ(a.answer(ticket), nullptr) << "no success before the verdict";
  a.report_appended(append, offset);
  const auto* success = a.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_EQ(task_in(success->state).version, StreamVersion{1});
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
  EXPECT_EQ(task_in(conflict->current).title, "b's");
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
  const auto user = *events::UserId::parse("7d444840-9dc0-41d1-b245-5ffdce74fad2");
  land_users({user});
  const Ticket of_a = a.send(AssignTask{.assignee_id = user});
  b.send_through(retitle("b's"), at_version(1));
  const Append lost = a.take_append();
  a.read_all();
  const Append again = a.take_append();
  log.append(lost.record);
  log.append(again.record);
  a.read_all();
  const auto* success = a.answer_as<Succeeded>(of_a);
  ASSERT_NE(success, nullptr);
  EXPECT_EQ(task_in(success->state).version, StreamVersion{3});
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
  EXPECT_EQ(task_in(conflict->current).title, "late");
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
  EXPECT_EQ(task_in(a.answer_as<Succeeded>(second)->state).version, StreamVersion{3});
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

TEST_F(ReplicaTest, AnswersWithAFoldThatCoversTheOwnRecord) {
  const Ticket ticket = a.send_through(create());
  EXPECT_TRUE(a.fold_of(ticket).covers(log.end())) << "a token made of it would not promise to read the own write";
}

}  // namespace
}  // namespace taskstream::command
