#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

CommandRequest by(std::string actor, TaskCommand command) {
  return {.stream = events::StreamId::of(kTask),
          .command = std::move(command),
          .expectation = {.kind = Expectation::Kind::Any},
          .asker = anybody(std::move(actor))};
}

TEST_F(ReplicaTest, FencesALockWithTheVersionThatTookItAndKeepsTheTokenWhenRenewed) {
  a.send_through(create());
  a.send_through(retitle("new"), at_version(1));
  const Ticket taken = a.send_through(LockTask{60});
  const auto lock = task_in(a.answer_as<Succeeded>(taken)->state).lock;
  ASSERT_TRUE(lock);
  EXPECT_EQ(lock->fencing_token, 3);
  a.let_pass(30s);
  const auto renewed = task_in(a.answer_as<Succeeded>(a.send_through(LockTask{60}))->state).lock;
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->fencing_token, 3);
  EXPECT_EQ(renewed->since, lock->since);
  EXPECT_EQ(renewed->expires_at, lock->expires_at + 30s);
}

TEST_F(ReplicaTest, DecidesTheTokenAnewWhenALockLosesARace) {
  a.send_through(create());
  b.read_all();
  const Ticket ticket = a.send(LockTask{60});
  const Append lost = a.take_append();
  b.send_through(retitle("b's"), at_version(1));
  log.append(lost.record);
  a.read_all();
  a.land();
  EXPECT_EQ(task_in(a.answer_as<Succeeded>(ticket)->state).lock->fencing_token, 3) << "the version that took it";
}

TEST_F(ReplicaTest, BindsOthersAtEveryInstance) {
  a.send_through(create());
  a.send_through(LockTask{60});
  b.read_all();
  const Ticket ticket = b.send(by("ben", retitle("b's")));
  b.answer_end();
  EXPECT_TRUE(b.refused_as<TaskIsLocked>(ticket));
}

TEST_F(ReplicaTest, LetsOneOfTwoTakeALock) {
  a.send_through(create());
  b.read_all();
  const Ticket of_a = a.send(by("ann", LockTask{60}));
  const Ticket of_b = b.send(by("ben", LockTask{60}));
  const Append append_a = a.take_append();
  const Append append_b = b.take_append();
  log.append(append_b.record);
  log.append(append_a.record);
  a.read_all();
  b.read_all();
  ASSERT_NE(b.answer_as<Succeeded>(of_b), nullptr);
  EXPECT_EQ(task_in(b.answer_as<Succeeded>(of_b)->state).lock->holder, "ben");
  a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsLocked>(of_a));
}

TEST_F(ReplicaTest, LetsOthersInOnceTheLockHasExpiredAndClocksMayNoLongerDiffer) {
  a.send_through(create());
  a.send_through(LockTask{60});
  a.let_pass(60s + 2s - 1ms);
  const Ticket early = a.send(by("ben", UnlockTask()));
  a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsLocked>(early));
  a.let_pass(1ms);
  const Ticket ticket = a.send(by("ben", UnlockTask()));
  a.land();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_FALSE(task_in(a.answer_as<Succeeded>(ticket)->state).lock);
}

TEST_F(ReplicaTest, ConfirmsThatNothingIsLocked) {
  a.send_through(create());
  const Ticket ticket = a.send(UnlockTask());
  EXPECT_EQ(a.answer(ticket), nullptr) << "somebody may have locked it meanwhile";
  a.answer_end();
  ASSERT_NE(a.answer_as<Succeeded>(ticket), nullptr);
  EXPECT_FALSE(a.answer_as<Succeeded>(ticket)->event_id);
}

}  // namespace
}  // namespace taskstream::command
