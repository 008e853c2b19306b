#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

using events::Field;
using Fields = std::vector<Field>;

const events::UserId kBen = *events::UserId::parse("7d444840-9dc0-41d1-b245-5ffdce74fad2");
const Expectation kAny{.kind = Expectation::Kind::Any};

EditTask describe(std::string description) {
  return {.changes = {.description = std::move(description)}};
}
CreateTask create_due(events::Instant due_date) {
  return {.title = "Write the guide", .due_date = due_date};
}
CommandRequest merging(EditTask edit, std::int64_t version) {
  return {.stream = events::StreamId::of(kTask),
          .command = std::move(edit),
          .expectation = at_version(version),
          .merge_conflicts = true,
          .asker = anybody("ann")};
}
Fields fields_of(const std::vector<FieldChange>& changes) {
  Fields fields;
  for (const FieldChange& change : changes) fields.push_back(change.field);
  return fields;
}

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

// ---- what a batch goes on from

// The version that an item of a batch has made, on top of what others changed since the sender saw the task.
Expectation previous(std::int64_t made, std::int64_t seen, std::vector<StreamVersion> own) {
  Expectation expectation = at_version(made);
  expectation.unseen = Unseen{.seen = {seen}, .own = std::move(own)};
  return expectation;
}

// Others wrote the title (version 2) and called it blocked (3); the batch, which saw version 1, described it (4).
class GoingOnFromAMerge : public ReplicaTest {
 protected:
  GoingOnFromAMerge() {
    a.send_through(create());
    a.send_through(retitle("theirs"), kAny);
    a.send_through(ChangeStatus{.to = events::Status::Blocked}, kAny);
    a.send(merging(describe("mine"), 1));
    a.land();
  }
  const Expectation kPrevious = previous(4, 1, {{4}});

  Ticket send_merging(EditTask edit) {
    CommandRequest request = merging(std::move(edit), 4);
    request.expectation = kPrevious;
    return a.send(std::move(request));
  }
};

TEST_F(GoingOnFromAMerge, DeletesNothingThatWasNotSeen) {
  const auto* conflict = a.answer_as<VersionConflict>(a.send(DeleteTask{}, kPrevious));
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->expected, StreamVersion{1}) << "what was seen last";
  EXPECT_EQ(fields_of(conflict->changes), (Fields{Field::Title, Field::Status})) << "the batch's own is none";
  EXPECT_EQ(conflict->conflicting, Fields());
  EXPECT_FALSE(conflict->mergeable);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(GoingOnFromAMerge, OverwritesNothingThatWasNotSeen) {
  const auto* of_status =
      a.answer_as<VersionConflict>(a.send(ChangeStatus{.to = events::Status::InProgress}, kPrevious));
  ASSERT_NE(of_status, nullptr);
  EXPECT_EQ(of_status->conflicting, Fields{Field::Status});
  EXPECT_NE(a.answer_as<VersionConflict>(a.send(retitle("mine"), kPrevious)), nullptr);
  const Ticket of_merging = send_merging(retitle("mine"));
  a.answer_end();
  ASSERT_NE(a.answer_as<VersionConflict>(of_merging), nullptr);
  EXPECT_EQ(a.answer_as<VersionConflict>(of_merging)->conflicting, Fields{Field::Title});
  EXPECT_FALSE(a.appends_something());
}

TEST_F(GoingOnFromAMerge, ChangesAgainWhatItHasChangedItself) {
  const Ticket ticket = send_merging(describe("mine, better"));
  a.land();
  const auto* success = a.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_TRUE(success->merged);
  EXPECT_EQ(task_in(success->state).description, "mine, better");
  EXPECT_EQ(task_in(success->state).title, "theirs");
}

TEST_F(GoingOnFromAMerge, ChangesBesideTheOthersWhateverItIs) {
  land_users({kBen});
  const Ticket ticket = a.send(AssignTask{.assignee_id = kBen}, kPrevious);
  a.land();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_TRUE(a.answer_as<Succeeded>(ticket)->merged);
}

TEST_F(GoingOnFromAMerge, MergesOnlyEditsOnceOthersHaveComeAfterIt) {
  a.send_through(EditTask{.changes = {.priority = events::Priority::High}}, kAny);
  land_users({kBen});
  const auto* conflict = a.answer_as<VersionConflict>(a.send(AssignTask{.assignee_id = kBen}, kPrevious));
  ASSERT_NE(conflict, nullptr);
  EXPECT_FALSE(conflict->mergeable);
  const Ticket merged = send_merging(describe("mine, better"));
  a.land();
  ASSERT_NE(a.answer_as<Succeeded>(merged), nullptr);
  const Ticket refused = send_merging({.changes = {.priority = events::Priority::Low}});
  a.answer_end();
  EXPECT_NE(a.answer_as<VersionConflict>(refused), nullptr);
}

TEST_F(GoingOnFromAMerge, FindsNothingToChangeWhereOthersHaveDoneIt) {
  const Ticket ticket = a.send(ChangeStatus{.to = events::Status::Blocked}, kPrevious);
  a.answer_end();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_FALSE(a.answer_as<Succeeded>(ticket)->event_id);
}

// ---- postpone and claim

TEST_F(ReplicaTest, AddsUpWhatTwoPostponeAtOnce) {
  const events::Instant due(1'800'000'000s);
  a.send_through(create_due(due));
  b.read_all();
  const Ticket of_a = a.send(PostponeTask{24h});
  const Ticket of_b = b.send(PostponeTask{48h});
  const Append append_a = a.take_append();
  const Append append_b = b.take_append();
  log.append(append_a.record);
  log.append(append_b.record);
  a.read_all();
  b.read_all();
  b.land();
  EXPECT_EQ(task_in(a.answer_as<Succeeded>(of_a)->state).due_date, due + 24h);
  ASSERT_NE(b.answer_as<Succeeded>(of_b), nullptr);
  EXPECT_EQ(task_in(b.answer_as<Succeeded>(of_b)->state).due_date, due + 72h);
}

TEST_F(ReplicaTest, PostponesOnceHoweverOftenTheSameKeyAsks) {
  const events::Instant due(1'800'000'000s);
  const RequestKey key{.id = "k", .hash = "h"};
  a.send_through(create_due(due));
  a.send_through(PostponeTask{24h}, {}, key);
  b.read_all();
  const auto* replay = b.answer_as<Succeeded>(b.send(PostponeTask{24h}, {}, key));
  ASSERT_NE(replay, nullptr);
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(task_in(replay->state).due_date, due + 24h);
}

TEST_F(ReplicaTest, DoesNotPostponeAVersionThatSomebodyChangedMeanwhile) {
  a.send_through(create_due(events::Instant(1'800'000'000s)));
  a.send_through(retitle("new"), kAny);
  const auto* conflict = a.answer_as<VersionConflict>(a.send(PostponeTask{24h}, at_version(1)));
  ASSERT_NE(conflict, nullptr);
  EXPECT_FALSE(conflict->mergeable);
}

TEST_F(ReplicaTest, LetsExactlyOneOfTwoClaimATask) {
  a.send_through(create());
  b.read_all();
  const auto ann = *events::UserId::parse("11111111-1111-4111-8111-111111111111");
  land_users({ann, kBen});
  const Ticket of_a = a.send(ClaimTask{ann});
  const Ticket of_b = b.send(ClaimTask{kBen});
  const Append append_a = a.take_append();
  const Append append_b = b.take_append();
  log.append(append_b.record);
  log.append(append_a.record);
  a.read_all();
  b.read_all();
  EXPECT_NE(b.answer_as<Succeeded>(of_b), nullptr);
  a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsAssigned>(of_a));
}

}  // namespace
}  // namespace taskstream::command
