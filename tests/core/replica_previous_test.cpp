#include "tests/core/conflicting.hpp"

namespace taskstream::command {
namespace {

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

}  // namespace
}  // namespace taskstream::command
