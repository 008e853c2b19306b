#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

TEST_F(ReplicaTest, AnswersARepeatedKeyWithTheFirstEvent) {
  const RequestKey key{.id = "k", .hash = "h"};
  const Ticket first = a.send_through(create(), {}, key);
  b.read_all();
  const Ticket again = b.send(create(), {}, key);
  const auto* replay = b.answer_as<Succeeded>(again);
  ASSERT_NE(replay, nullptr);
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->event_id, a.answer_as<Succeeded>(first)->event_id);
  EXPECT_FALSE(b.appends_something());
}

TEST_F(ReplicaTest, TellsOfAReplayWhichVersionTheEventHadMade) {
  const RequestKey key{.id = "k", .hash = "h"};
  EXPECT_EQ(a.answer_as<Succeeded>(a.send_through(create(), {}, key))->event_version, StreamVersion{1});
  EXPECT_EQ(a.answer_as<Succeeded>(a.send_through(retitle("x"), at_version(1)))->event_version, StreamVersion{2});
  const auto* replay = a.answer_as<Succeeded>(a.send(create(), {}, key));
  ASSERT_NE(replay, nullptr);
  EXPECT_EQ(replay->event_version, StreamVersion{1});
  EXPECT_EQ(task_in(replay->state).version, StreamVersion{2});
}

TEST_F(ReplicaTest, FindsTheKeyWhenARepeatedCreateRacesAtAnotherInstance) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send(create(), {}, key);
  const Ticket again = b.send(create(), {}, key);
  const Append first = a.take_append();
  const Append second = b.take_append();
  log.append(first.record);
  log.append(second.record);
  b.read_all();
  const auto* replay = b.answer_as<Succeeded>(again);
  ASSERT_NE(replay, nullptr);
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->event_id, first.id);
}

TEST_F(ReplicaTest, SaysThatTheFirstStillRuns) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send(create(), {}, key);
  EXPECT_NE(a.answer_as<StillRunning>(a.send(create(), {}, key)), nullptr);
}

TEST_F(ReplicaTest, RefusesAKeyThatCameWithAnotherRequest) {
  a.send_through(create(), {}, RequestKey{.id = "k", .hash = "h"});
  const Ticket ticket = a.send(create(), {}, RequestKey{.id = "k", .hash = "other"});
  a.answer_end();
  EXPECT_NE(a.answer_as<KeyReused>(ticket), nullptr);
}

TEST_F(ReplicaTest, DoesNotReplayOnAQuarantinedStream) {
  const RequestKey key{.id = "k", .hash = "h"};
  a.send_through(create(), {}, key);
  b.read_all();
  b.send(retitle("x"), at_version(1));
  Append append = b.take_append();
  append.record.value = "no JSON";
  log.append(append.record);
  a.read_all();
  EXPECT_NE(a.answer_as<StreamQuarantined>(a.send(create(), {}, key)), nullptr);
}

}  // namespace
}  // namespace taskstream::command
