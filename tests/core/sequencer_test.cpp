#include "command-service/core/sequencer.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

events::LogRecord record_at(events::Offset offset, const std::string& id) {
  events::LogRecord record;
  record.position = {.partition = 0, .offset = offset};
  record.record.headers = {{"ce_id", id}};
  return record;
}

std::vector<events::Offset> offsets_of(const Sequencer::Step& step) {
  std::vector<events::Offset> offsets;
  for (const auto& record : *step) offsets.push_back(record.position.offset);
  return offsets;
}

using Offsets = std::vector<events::Offset>;

TEST(Sequencer, FoldsWhatTheTailBrings) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(0, "a"))), Offsets{0});
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(1, "b"))), Offsets{1});
  EXPECT_EQ(sequencer.next(), 2);
}

TEST(Sequencer, FoldsAReportThatStandsAtTheFoldsPosition) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_report(record_at(0, "a"))), Offsets{0});
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(0, "a"))), Offsets{});
}

TEST(Sequencer, KeepsAReportAheadUntilTheTailHasBroughtWhatLiesBetween) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_report(record_at(2, "own"))), Offsets{});
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(0, "foreign"))), Offsets{0});
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(1, "foreign"))), (Offsets{1, 2}));
  EXPECT_EQ(sequencer.next(), 3);
}

TEST(Sequencer, FoldsARecordOnceWhoeverComesFirst) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_tail(record_at(0, "own"))), Offsets{0});
  EXPECT_EQ(offsets_of(sequencer.on_report(record_at(0, "own"))), Offsets{});
}

TEST(Sequencer, GoesPastOffsetsThatCarryNothing) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_partition_end(3)), Offsets{});
  EXPECT_EQ(sequencer.next(), 3);
  EXPECT_EQ(offsets_of(sequencer.on_report(record_at(3, "own"))), Offsets{3});
}

TEST(Sequencer, FoldsAReportThatStandsBehindOffsetsThatCarryNothing) {
  Sequencer sequencer(0);
  EXPECT_EQ(offsets_of(sequencer.on_report(record_at(3, "own"))), Offsets{});
  EXPECT_EQ(offsets_of(sequencer.on_partition_end(3)), Offsets{3});
}

TEST(Sequencer, SaysSoWhenThePartitionEndsPastAnAcknowledgedRecordThatWasNotThere) {
  Sequencer sequencer(0);
  ASSERT_TRUE(sequencer.on_report(record_at(3, "own")));
  EXPECT_FALSE(sequencer.on_partition_end(5));
}

TEST(Sequencer, SaysSoWhenTheTailReadsSomethingElseThanWasAcknowledged) {
  Sequencer sequencer(0);
  ASSERT_TRUE(sequencer.on_report(record_at(0, "own")));
  EXPECT_FALSE(sequencer.on_tail(record_at(0, "other")));
}

TEST(Sequencer, SaysSoWhenTheTailPassesAnAcknowledgedOffset) {
  Sequencer sequencer(0);
  ASSERT_TRUE(sequencer.on_report(record_at(1, "own")));
  EXPECT_FALSE(sequencer.on_tail(record_at(2, "other")));
}

}  // namespace
}  // namespace taskstream::command
