#include "events/log/position.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "events/log/checkpoint.hpp"

namespace taskstream::tests {
namespace {

using namespace events;

TEST(PositionVector, StandsAtZeroInEveryPartitionThatItDoesNotName) {
  const PositionVector vector({5});
  EXPECT_EQ(vector.next(0), 5);
  EXPECT_EQ(vector.next(7), 0);
}

TEST(PositionVector, NeverMovesBack) {
  PositionVector vector({5, 5});
  vector.advance(0, 3);
  vector.advance(PositionVector({4, 9, 2}));
  EXPECT_EQ(vector, PositionVector({5, 9, 2}));
}

TEST(PositionVector, CoversTheRecordsBeforeIt) {
  const PositionVector vector({5});
  EXPECT_TRUE(vector.covers(Position{.partition = 0, .offset = 4}));
  EXPECT_FALSE(vector.covers(Position{.partition = 0, .offset = 5}));
  EXPECT_FALSE(vector.covers(Position{.partition = 1, .offset = 0}));
}

TEST(PositionVector, CoversAnotherOnlyWhenItDoesInEveryPartition) {
  EXPECT_TRUE(PositionVector({5, 5}).covers(PositionVector({5, 4})));
  EXPECT_TRUE(PositionVector({5}).covers(PositionVector({5, 0})));
  EXPECT_FALSE(PositionVector({9, 3}).covers(PositionVector({5, 4})));
  EXPECT_FALSE(PositionVector({9}).covers(PositionVector({5, 1})));
}

TEST(PositionVector, LagsBehindByWhatItDoesNotCoverAndIsNeverAhead) {
  EXPECT_EQ(PositionVector({5, 9}).lag_behind(PositionVector({7, 4, 3})), 2 + 3);
  EXPECT_EQ(PositionVector({5}).lag_behind(PositionVector({5})), 0);
}

TEST(PositionVector, LagsBehindByNoMoreThanANumberHolds) {
  constexpr Offset kMost = std::numeric_limits<Offset>::max();
  EXPECT_EQ(PositionVector().lag_behind(PositionVector({kMost, 1, kMost})), kMost);
  EXPECT_EQ(PositionVector({1}).lag_behind(PositionVector({kMost, 1})), kMost);
}

TEST(PositionVector, IsTheSameWithZerosAtItsEnd) {
  EXPECT_EQ(PositionVector({1, 0, 0}), PositionVector({1}));
  EXPECT_FALSE(PositionVector({1}) == PositionVector({1, 1}));
}

LogRecord record_at(Offset offset, std::vector<Header> headers) {
  return {.position = {.partition = 1, .offset = offset}, .log_time = {}, .record = {.headers = std::move(headers)}};
}

TEST(Checkpoint, RemembersTheIdOfTheLastRecordOfEachPartition) {
  Checkpoint checkpoint;
  checkpoint.advance(record_at(4, {{"ce_type", "t"}, {"ce_id", "x"}}));
  EXPECT_EQ(checkpoint.at(1), (PartitionCheckpoint{.next = 5, .last_offset = 4, .last_id = "x"}));
  EXPECT_EQ(checkpoint.at(0), PartitionCheckpoint{});
  EXPECT_EQ(checkpoint.positions(), PositionVector({0, 5}));
}

TEST(Checkpoint, PassesOffsetsThatCarryNothingAndKeepsTheLastRecord) {
  Checkpoint checkpoint;
  checkpoint.advance(record_at(4, {{"ce_id", "x"}}));
  checkpoint.advance_to_end({.partition = 1, .offset = 7});
  checkpoint.advance_to_end({.partition = 1, .offset = 6});
  EXPECT_EQ(checkpoint.at(1), (PartitionCheckpoint{.next = 7, .last_offset = 4, .last_id = "x"}));
}

TEST(Checkpoint, KnowsNoIdWhereARecordHasNoneOrSeveral) {
  EXPECT_EQ(identity_of({.headers = {{"CE_ID", "x"}}}), "");
  EXPECT_EQ(identity_of({.headers = {{"ce_id", "x"}, {"ce_id", "x"}}}), "");
  EXPECT_EQ(identity_of({.headers = {{"ce_id", "x"}}}), "x");
}

}  // namespace
}  // namespace taskstream::tests
