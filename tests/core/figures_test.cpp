#include "command-service/core/figures.hpp"

#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

class FiguresTest : public ReplicaTest {
 protected:
  std::uint64_t counted(const Instance& instance, Outcome outcome) const {
    return instance.figures().commands[static_cast<std::size_t>(outcome)];
  }
};

TEST(Durations, CountWhatTookAtMostSoLong) {
  Durations durations;
  durations.note(250us);
  durations.note(3ms);
  durations.note(1h);
  EXPECT_EQ(durations.up_to(0), 1U);
  EXPECT_EQ(durations.up_to(3), 1U);
  EXPECT_EQ(durations.up_to(4), 2U);
  EXPECT_EQ(durations.up_to(Durations::kUpTo.size() - 1), 2U);
  EXPECT_EQ(durations.count(), 3U);
  EXPECT_EQ(durations.sum(), 1h + 3'250us);
}

TEST_F(FiguresTest, TellOutcomesApart) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send_through(create());
  a.send_through(retitle("new"), at_version(1), key);
  a.send(retitle("new"), at_version(1), key);
  a.send(retitle("newer"), at_version(1));
  a.send(ChangeStatus{.to = events::Status::InProgress}, at_version(1));
  a.send(retitle("new"), at_version(2));
  a.answer_end();
  EXPECT_EQ(counted(a, Outcome::Applied), 2U);
  EXPECT_EQ(counted(a, Outcome::Replayed), 1U);
  EXPECT_EQ(counted(a, Outcome::Conflict), 2U);
  EXPECT_EQ(counted(a, Outcome::Unchanged), 1U);
  EXPECT_EQ(a.figures().superseded, 0U);
}

TEST_F(FiguresTest, CountLostRacesAndWhatWasDecidedAgain) {
  a.send_through(create());
  b.read_all();
  a.send(retitle("a's"));
  b.send(retitle("b's"));
  const Append append_a = a.take_append();
  const Append append_b = b.take_append();
  log.append(append_b.record);
  log.append(append_a.record);
  a.let_pass(3ms);
  a.read_all();
  EXPECT_EQ(a.figures().superseded, 1U);
  EXPECT_EQ(a.figures().decided_again, 1U);
  a.land();
  EXPECT_EQ(counted(a, Outcome::Applied), 2U);
  EXPECT_EQ(a.figures().verdicts.count(), 3U);
  EXPECT_EQ(a.figures().verdicts.up_to(4), 3U);
  EXPECT_EQ(a.figures().verdicts.up_to(3), 2U) << "one took three milliseconds";
}

TEST_F(FiguresTest, SayHowLongBarriersTook) {
  a.read();
  a.let_pass(7ms);
  a.answer_end();
  a.send(retitle("x"), {.kind = Expectation::Kind::Any});
  a.answer_end();
  EXPECT_EQ(a.figures().barriers.count(), 2U);
  EXPECT_EQ(a.figures().barriers.sum(), 7ms);
}

}  // namespace
}  // namespace taskstream::command
