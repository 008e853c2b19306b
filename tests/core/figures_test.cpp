#include "command-service/core/figures.hpp"

#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

class FiguresTest : public ReplicaTest {
 protected:
  std::uint64_t counted(const Instance& instance, Outcome outcome) const {
    std::uint64_t count = 0;
    for (const auto& of_command : instance.figures().commands) count += of_command[static_cast<std::size_t>(outcome)];
    return count;
  }
  // Both edits are in the log, and nobody has read them yet.
  void let_a_lose_a_race() {
    a.send_through(create());
    b.read_all();
    a.send(retitle("a's"));
    b.send(retitle("b's"));
    const Append append_a = a.take_append();
    const Append append_b = b.take_append();
    log.append(append_b.record);
    log.append(append_a.record);
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

TEST_F(FiguresTest, TellCommandsApart) {
  const auto counted_of = [this](const Command& command, Outcome outcome) {
    return a.figures().commands[command_index(command)][static_cast<std::size_t>(outcome)];
  };
  a.send_through(create());
  a.send_through(retitle("new"), at_version(1));
  a.send(retitle("newer"), at_version(1));
  EXPECT_EQ(counted_of(create(), Outcome::Applied), 1U);
  EXPECT_EQ(counted_of(retitle(""), Outcome::Applied), 1U);
  EXPECT_EQ(counted_of(retitle(""), Outcome::Conflict), 1U);
  EXPECT_EQ(command_name(command_index(create())), "create_task");
  EXPECT_EQ(command_name(command_index(retitle(""))), "edit_task");
  EXPECT_EQ(command_name(command_index(UserCommand(ReactivateUser()))), "reactivate_user");
}

TEST_F(FiguresTest, CountRecordsByTheirVerdict) {
  let_a_lose_a_race();
  a.read_all();
  EXPECT_EQ(a.figures().records_accepted, 2U);
  EXPECT_EQ(a.figures().records_superseded, 1U);
  EXPECT_EQ(a.figures().records_malformed, 0U);
  events::Record stranger;
  stranger.key = "neither kind nor id";
  log.append(stranger);
  a.read_all();
  EXPECT_EQ(a.figures().records_malformed, 1U);
}

TEST(FoldLag, SaysHowManyRecordsAndSinceWhen) {
  FoldLag lag;
  events::PositionVector fold;
  const SteadyTime start{};
  EXPECT_EQ(lag.records(fold), 0);
  EXPECT_EQ(lag.time(fold, start), 0s);
  lag.on_end(1, 7, fold, start + 1s);
  lag.on_end(1, 7, fold, start + 2s);
  EXPECT_EQ(lag.records(fold), 7);
  EXPECT_EQ(lag.time(fold, start + 4s), 3s) << "since it was first told";
  fold.advance(1, 7);
  EXPECT_EQ(lag.records(fold), 0);
  EXPECT_EQ(lag.time(fold, start + 6s), 0s);
}

// On a log that is written to all the time some partition is always a little behind, and none of them for long.
TEST(FoldLag, IsThatOfTheOldestRecordHoweverBusyThePartitionsAre) {
  FoldLag lag;
  events::PositionVector fold;
  SteadyTime now{};
  for (events::Offset round = 1; round <= 1'000; ++round) {
    now += 1s;
    fold.advance(0, round - 1);
    lag.on_end(0, round, fold, now);
    EXPECT_LE(lag.time(fold, now), 1s);
    fold.advance(1, round);
    lag.on_end(1, round + 1, fold, now);
    EXPECT_LE(lag.time(fold, now), 1s);
  }
  fold.advance(0, 1'000);
  for (int second = 0; second < 1'000; ++second) {
    now += 1s;
    lag.on_end(0, 1'001 + second, fold, now);
    fold.advance(1, 1'002 + second);
  }
  EXPECT_EQ(lag.time(fold, now), 999s) << "the one that stands still counts";
  fold.advance(0, 1'990);
  EXPECT_EQ(lag.time(fold, now), 9s) << "and no longer once it moves";
}

TEST_F(FiguresTest, CountLostRacesAndWhatWasDecidedAgain) {
  let_a_lose_a_race();
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
