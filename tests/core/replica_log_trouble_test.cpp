#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

TEST_F(ReplicaTest, StopsWhenAnAcknowledgedRecordIsNotWhereTheReportSays) {
  a.send(create());
  const Append append = a.take_append();
  log.append({.key = "task/other", .headers = {}, .value = "somebody else's"});
  a.read_all();
  a.report_appended(append, 0);
  EXPECT_TRUE(a.stopped());
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

}  // namespace
}  // namespace taskstream::command
