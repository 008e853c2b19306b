#include "events/log/genesis.hpp"

#include <gtest/gtest.h>

#include "events/contract/envelope.hpp"
#include "events/log/memory/memory_event_log.hpp"
#include "tests/contract/recording_follower.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

const std::string kGenesisKey = StreamId::genesis().to_string();

GenesisProposal proposal(Partition partitions, std::uint8_t seed = 1) {
  const Uuid uuid = make_uuid_v7(1'700'000'000'000, Uuid::Bytes{seed});
  return {
      .identity = {.log_id = LogId(uuid), .partitions = partitions, .id_namespace = uuid, .max_clock_skew_ms = 2'000},
      .source = "/taskstream/command-service/test"};
}

TEST(Genesis, IsAbsentWhileTheLogIsEmpty) {
  MemoryEventLog log(3);
  EXPECT_EQ(read_genesis(log, soon()), std::nullopt);
}

TEST(Genesis, StandsFirstInThePartitionOfItsKey) {
  MemoryEventLog log(12);
  const LogIdentity opened = open_genesis(log, proposal(12), soon());
  EXPECT_EQ(opened, proposal(12).identity);
  const Partition partition = partition_of(kGenesisKey, 12);
  const auto record = log.read({.partition = partition, .offset = 0}, soon());
  ASSERT_TRUE(record && *record);
  const auto envelope = read_envelope((*record)->record, partition, 12);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->version, StreamVersion{1});
  const auto event = read_event((*record)->record, *envelope);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->context.actor, "system:log");
}

TEST(Genesis, IsNotWrittenTwice) {
  MemoryEventLog log(3);
  open_genesis(log, proposal(3, 1), soon());
  EXPECT_EQ(open_genesis(log, proposal(3, 2), soon()), proposal(3, 1).identity);
  EXPECT_EQ(end_of_all(log)->next(partition_of(kGenesisKey, 3)), 1);
}

TEST(Genesis, IsFoundAfterAnOutcomeThatNobodyKnew) {
  MemoryEventLog log(3);
  log.fail_next_append({.status = Status::Unknown, .lands = true});
  EXPECT_EQ(open_genesis(log, proposal(3), soon()), proposal(3).identity);
}

TEST(Genesis, IsTriedAgainWhenItDidNotLand) {
  MemoryEventLog log(3);
  log.fail_next_append({.status = Status::NotAppended, .lands = false});
  log.fail_next_append({.status = Status::Unknown, .lands = false});
  EXPECT_EQ(open_genesis(log, proposal(3), soon()), proposal(3).identity);
}

TEST(Genesis, RefusesALogWhoseRecordsBeginWithAnotherStory) {
  MemoryEventLog log(3);
  append_and_wait(log, 1, record_of("foreign"));
  EXPECT_THROW(read_genesis(log, soon()), LogRefused);
  EXPECT_THROW(open_genesis(log, proposal(3), soon()), LogRefused);
}

TEST(Genesis, RefusesALogWhoseFirstRecordOnlyLooksLikeIt) {
  MemoryEventLog log(1);
  append_and_wait(log, 0, {.key = kGenesisKey, .headers = {}, .value = "{}"});
  EXPECT_THROW(read_genesis(log, soon()), LogRefused);
}

TEST(Genesis, RefusesALogThatWasOpenedWithAnotherPartitionCount) {
  MemoryEventLog three(3);
  open_genesis(three, proposal(3), soon());
  const Record genesis = (*three.read({.partition = partition_of(kGenesisKey, 3), .offset = 0}, soon()))->record;
  for (const Partition grown : {4, 5, 6, 12}) {
    MemoryEventLog log(grown);
    append_and_wait(log, partition_of(kGenesisKey, 3), genesis);
    EXPECT_THROW(read_genesis(log, soon()), LogRefused) << grown;
  }
}

TEST(Genesis, SaysWhenTheLogStaysOutOfReach) {
  MemoryEventLog log(3);
  log.set_reachable(false);
  const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  EXPECT_THROW(read_genesis(log, deadline), std::runtime_error);
}

}  // namespace
}  // namespace taskstream::tests
