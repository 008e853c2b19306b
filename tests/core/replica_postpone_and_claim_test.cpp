#include "tests/core/conflicting.hpp"

namespace taskstream::command {
namespace {

CreateTask create_due(events::Instant due_date) {
  return {.title = "Write the guide", .due_date = due_date};
}

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
