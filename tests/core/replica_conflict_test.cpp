#include "tests/core/conflicting.hpp"

namespace taskstream::command {
namespace {

// ---- what a conflict tells

TEST_F(ReplicaTest, TellsInAConflictWhatBecameOfTheTaskSinceTheExpectedVersion) {
  a.send_through(create());
  a.send_through(retitle("first"), kAny);
  a.send(CommandRequest{.stream = events::StreamId::of(kTask),
                        .command = retitle("second"),
                        .expectation = kAny,
                        .asker = anybody("ben")});
  a.land();
  a.send_through(ChangeStatus{.to = events::Status::Blocked}, kAny);

  const auto* conflict = a.answer_as<VersionConflict>(a.send(retitle("mine"), at_version(2)));
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->expected, StreamVersion{2});
  EXPECT_EQ(task_in(conflict->current).version, StreamVersion{4});
  ASSERT_EQ(fields_of(conflict->changes), (Fields{Field::Title, Field::Status}));
  EXPECT_EQ(conflict->changes[0].version, StreamVersion{3});
  EXPECT_EQ(conflict->changes[0].actor, "ben");
  EXPECT_EQ(conflict->changes[1].time, task_in(conflict->current).updated_at);
  EXPECT_EQ(conflict->conflicting, Fields{Field::Title});
  EXPECT_FALSE(conflict->mergeable);
}

TEST_F(ReplicaTest, CountsAFieldThatWentThereAndBackAsChanged) {
  a.send_through(create());
  a.send_through(retitle("there"), kAny);
  a.send_through(retitle("Write the guide"), kAny);
  const auto* conflict = a.answer_as<VersionConflict>(a.send(retitle("mine"), at_version(1)));
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->conflicting, Fields{Field::Title});
}

TEST_F(ReplicaTest, CallsNoConflictWhatBothWantAlike) {
  a.send_through(create());
  a.send_through(retitle("ours"), kAny);
  const auto* conflict = a.answer_as<VersionConflict>(a.send(retitle("ours"), at_version(1)));
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(fields_of(conflict->changes), Fields{Field::Title});
  EXPECT_EQ(conflict->conflicting, Fields());
  EXPECT_TRUE(conflict->mergeable);
}

TEST_F(ReplicaTest, CallsOnlyAnEditMergeable) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  const auto* of_edit = a.answer_as<VersionConflict>(a.send(describe("d"), at_version(1)));
  ASSERT_NE(of_edit, nullptr);
  EXPECT_TRUE(of_edit->mergeable);
  const auto* of_status =
      a.answer_as<VersionConflict>(a.send(ChangeStatus{.to = events::Status::Blocked}, at_version(1)));
  ASSERT_NE(of_status, nullptr);
  EXPECT_EQ(of_status->conflicting, Fields());
  EXPECT_FALSE(of_status->mergeable);
}

TEST_F(ReplicaTest, HasNothingToTellOfAVersionThatTheTaskHasNotReachedOrThatIsNone) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  const Expectation expectations[] = {
      at_version(3), at_version(0), {.kind = Expectation::Kind::OneOf}, {.kind = Expectation::Kind::Absent}};
  for (const Expectation& expectation : expectations) {
    const Ticket ticket = a.send(describe("d"), expectation);
    if (a.asks_end()) a.answer_end();
    const auto* conflict = a.answer_as<VersionConflict>(ticket);
    ASSERT_NE(conflict, nullptr);
    EXPECT_TRUE(conflict->changes.empty() && conflict->conflicting.empty());
    EXPECT_FALSE(conflict->mergeable);
  }
}

TEST_F(ReplicaTest, ComparesWithTheHighestOfTheVersionsThatWereSent) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  a.send_through(describe("d"), kAny);
  const Expectation one_of{.kind = Expectation::Kind::OneOf, .versions = {{2}, {1}}};
  const auto* conflict = a.answer_as<VersionConflict>(a.send(retitle("mine"), one_of));
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->expected, StreamVersion{2});
  EXPECT_EQ(fields_of(conflict->changes), Fields{Field::Description});
}

// ---- merging

TEST_F(ReplicaTest, MergesAnEditWithChangesOfOtherFields) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  const Ticket ticket = a.send(merging(describe("d"), 1));
  a.land();
  const auto* success = a.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_TRUE(success->merged);
  EXPECT_EQ(task_in(success->state).version, StreamVersion{3});
  EXPECT_EQ(task_in(success->state).title, "new");
  EXPECT_EQ(task_in(success->state).description, "d");
}

TEST_F(ReplicaTest, DoesNotSayThatItMergedWhatFitted) {
  a.send_through(create());
  const Ticket ticket = a.send(merging(describe("d"), 1));
  a.land();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_FALSE(a.answer_as<Succeeded>(ticket)->merged);
}

TEST_F(ReplicaTest, RefusesToMergeOnlyOnceABarrierHasConfirmedTheConflict) {
  a.send_through(create());
  a.send_through(retitle("a's"), kAny);
  b.read_all();
  const Ticket ticket = b.send(merging(retitle("b's"), 1));
  EXPECT_EQ(b.answer(ticket), nullptr) << "a newer version may hold what b wants";
  a.send_through(retitle("b's"), kAny);
  b.answer_end();
  b.read_all();
  const auto* success = b.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_TRUE(success->merged);
  EXPECT_FALSE(success->event_id);
}

TEST_F(ReplicaTest, RefusesToMergeWhatOthersHaveChangedToo) {
  a.send_through(create());
  a.send_through(retitle("theirs"), kAny);
  const Ticket ticket = a.send(merging({.changes = {.title = "mine", .description = "d"}}, 1));
  a.answer_end();
  const auto* conflict = a.answer_as<VersionConflict>(ticket);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->conflicting, Fields{Field::Title});
  EXPECT_FALSE(a.appends_something());
}

TEST_F(ReplicaTest, JudgesAMergeAgainAfterALostRaceAndMergesWhatStillFits) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  b.read_all();
  const Ticket ticket = b.send(merging(describe("b's"), 1));
  const Append lost = b.take_append();
  land_users({kBen});
  a.send_through(AssignTask{.assignee_id = kBen}, kAny);
  log.append(lost.record);
  b.read_all();
  b.land();
  const auto* success = b.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_TRUE(success->merged);
  EXPECT_EQ(task_in(success->state).version, StreamVersion{4});
  EXPECT_EQ(task_in(success->state).assignee_id, kBen);
}

TEST_F(ReplicaTest, JudgesAMergeAgainAfterALostRaceAndRefusesWhatNoLongerFits) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  b.read_all();
  const Ticket ticket = b.send(merging(describe("b's"), 1));
  const Append lost = b.take_append();
  a.send_through(describe("a's"), kAny);
  log.append(lost.record);
  b.read_all();
  b.answer_end();
  const auto* conflict = b.answer_as<VersionConflict>(ticket);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->conflicting, Fields{Field::Description});
  EXPECT_EQ(task_in(conflict->current).description, "a's");
  EXPECT_FALSE(b.appends_something());
}

TEST_F(ReplicaTest, MergesAnEditThatFittedUntilItLostARace) {
  a.send_through(create());
  b.read_all();
  const Ticket ticket = b.send(merging(describe("b's"), 1));
  const Append lost = b.take_append();
  a.send_through(retitle("a's"), kAny);
  log.append(lost.record);
  b.read_all();
  b.land();
  ASSERT_NE(b.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_TRUE(b.answer_as<Succeeded>(ticket)->merged);
}

TEST_F(ReplicaTest, AsksTheRulesOfTheCurrentVersionWhenItMerges) {
  a.send_through(create());
  a.send_through(ChangeStatus{.to = events::Status::Cancelled}, kAny);
  const Ticket ticket = a.send(merging(describe("d"), 1));
  a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsClosed>(ticket));
}

TEST_F(ReplicaTest, MergesEditsAlone) {
  a.send_through(create());
  a.send_through(retitle("new"), kAny);
  const Ticket ticket = a.send(CommandRequest{.stream = events::StreamId::of(kTask),
                                              .command = ChangeStatus{.to = events::Status::Blocked},
                                              .expectation = at_version(1),
                                              .merge_conflicts = true,
                                              .asker = anybody("ann")});
  a.answer_end();
  EXPECT_NE(a.answer_as<VersionConflict>(ticket), nullptr);
}

}  // namespace
}  // namespace taskstream::command
