#include "tests/contract/every_event_log.hpp"

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "events/log/genesis.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

std::vector<std::string> ids_of(const std::vector<LogRecord>& records) {
  std::vector<std::string> ids;
  for (const LogRecord& record : records) ids.push_back(identity_of(record.record));
  return ids;
}

// `prefix0`, `prefix1`, … in partition 0.
std::vector<std::string> append_some(EventLog& log, const std::string& prefix, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back(prefix + std::to_string(i));
    EXPECT_EQ(append_and_wait(log, 0, record_of(ids.back())).status, Status::Appended);
  }
  return ids;
}

TEST_P(EveryEventLog, DeliversAnAppendAtThePositionThatItsWriterWasTold) {
  RecordingFollower follower;
  const auto subscription = log_->follow({}, follower);
  const Partition last = log_->partitions() - 1;
  const Record record = record_of("a");
  const AppendOutcome outcome = append_and_wait(*log_, last, record);
  ASSERT_EQ(outcome.status, Status::Appended) << outcome.reason;
  ASSERT_TRUE(follower.wait_for_records(1));
  const LogRecord delivered = follower.records().front();
  ASSERT_TRUE(outcome.position);
  EXPECT_EQ(delivered.position, *outcome.position);
  EXPECT_EQ(delivered.position.partition, last);
  EXPECT_EQ(delivered.record, record);
  if (outcome.log_time) EXPECT_EQ(delivered.log_time, *outcome.log_time);
}

TEST_P(EveryEventLog, NumbersThePositionsOfEachPartitionFromZeroWithoutGaps) {
  for (Offset offset = 0; offset < 5; ++offset) {
    for (Partition p = 0; p < log_->partitions(); ++p) {
      const AppendOutcome outcome = append_and_wait(*log_, p, record_of("a"));
      ASSERT_TRUE(outcome.position) << outcome.reason;
      EXPECT_EQ(*outcome.position, (Position{.partition = p, .offset = offset}));
    }
  }
}

TEST_P(EveryEventLog, KeepsTheOrderOfEachOfEightWriters) {
  constexpr int kWriters = 8;
  constexpr int kEach = 200;
  std::mutex mutex;
  std::map<Position, std::string> told;
  std::atomic<int> answered = 0;
  std::vector<std::jthread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(w) + "-" + std::to_string(i);
        log_->append(w % log_->partitions(), record_of(id), [&, id](const AppendOutcome& outcome) {
          EXPECT_EQ(outcome.status, Status::Appended) << outcome.reason;
          {
            const std::lock_guard lock(mutex);
            if (outcome.position) told.emplace(*outcome.position, id);
          }
          ++answered;
          answered.notify_all();
        });
      }
    });
  }
  for (int seen = 0; seen < kWriters * kEach; seen = answered) answered.wait(seen);

  RecordingFollower follower;
  const auto subscription = log_->follow({}, follower);
  ASSERT_TRUE(follower.wait_for_records(kWriters * kEach));
  std::map<std::string, int> next_of_writer;
  std::map<Partition, Offset> next_of_partition;
  for (const LogRecord& record : follower.records()) {
    const std::string id = identity_of(record.record);
    EXPECT_EQ(record.position.offset, next_of_partition[record.position.partition]++);
    EXPECT_EQ(told[record.position], id);
    const std::string writer = id.substr(0, 1);
    EXPECT_EQ(id, writer + "-" + std::to_string(next_of_writer[writer]++));
  }
}

TEST_P(EveryEventLog, ResumesAfterACheckpointWithExactlyTheRest) {
  append_some(*log_, "a", 7);
  Checkpoint checkpoint;
  {
    RecordingFollower first;
    const auto subscription = log_->follow({}, first);
    ASSERT_TRUE(first.wait_for_records(7));
    checkpoint.advance(first.records()[4]);
  }
  const std::vector<std::string> later = append_some(*log_, "b", 3);
  RecordingFollower second;
  const auto subscription = log_->follow(checkpoint, second);
  ASSERT_TRUE(second.wait_for_end({.partition = 0, .offset = 10}));
  EXPECT_EQ(ids_of(second.records()), (std::vector<std::string>{"a5", "a6", later[0], later[1], later[2]}));
  EXPECT_EQ(second.damage(), "");
}

TEST_P(EveryEventLog, ServesTwoFollowersWithTheSame) {
  RecordingFollower one;
  RecordingFollower two;
  const auto first = log_->follow({}, one);
  const std::vector<std::string> ids = append_some(*log_, "a", 20);
  const auto second = log_->follow({}, two);
  ASSERT_TRUE(one.wait_for_records(20) && two.wait_for_records(20));
  EXPECT_EQ(ids_of(one.records()), ids);
  EXPECT_EQ(ids_of(two.records()), ids);
}

TEST_P(EveryEventLog, EndsBehindEveryAcknowledgedAppend) {
  const auto empty = end_of_all(*log_);
  ASSERT_TRUE(empty) << empty.error().reason;
  EXPECT_EQ(*empty, PositionVector());
  for (int i = 0; i < 20; ++i) {
    const Partition partition = i % log_->partitions();
    const AppendOutcome outcome = append_and_wait(*log_, partition, record_of("a"));
    ASSERT_TRUE(outcome.position) << outcome.reason;
    const auto end = end_of_all(*log_);
    ASSERT_TRUE(end) << end.error().reason;
    EXPECT_EQ(end->next(partition), outcome.position->offset + 1);
  }
}

TEST_P(EveryEventLog, ReadsTheRecordAtAPositionAndNothingAtTheEndOrPastIt) {
  const std::vector<std::string> ids = append_some(*log_, "a", 3);
  for (Offset offset = 0; offset < 3; ++offset) {
    const auto read = log_->read({.partition = 0, .offset = offset}, soon());
    ASSERT_TRUE(read) << read.error().reason;
    ASSERT_TRUE(*read);
    EXPECT_EQ((*read)->position, (Position{.partition = 0, .offset = offset}));
    EXPECT_EQ(identity_of((*read)->record), ids[static_cast<std::size_t>(offset)]);
  }
  for (const Offset offset : {3, 4, 1'000}) {
    const auto read = log_->read({.partition = 0, .offset = offset}, soon());
    ASSERT_TRUE(read) << read.error().reason;
    EXPECT_FALSE(*read);
  }
}

TEST_P(EveryEventLog, GivesBackTheBytesThatItTook) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  std::string large;
  for (std::size_t i = 0; i < 900'000; ++i) large.push_back(static_cast<char>(i * 2'654'435'761U >> 13));
  const std::vector<Record> written = {
      {.key = std::nullopt, .headers = {}, .value = ""},
      {.key = every_byte, .headers = {{"a", every_byte}}, .value = every_byte},
      {.key = "k", .headers = {{"empty", ""}, {"twice", "1"}, {"twice", "2"}, {"TWICE", "3"}}, .value = "v"},
      {.key = "large", .headers = {{"ce_id", std::string(5'000, 'h')}}, .value = large},
  };
  RecordingFollower follower;
  const auto subscription = log_->follow({}, follower);
  for (const Record& record : written) ASSERT_EQ(append_and_wait(*log_, 0, record).status, Status::Appended);
  ASSERT_TRUE(follower.wait_for_records(written.size()));
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_TRUE(follower.records()[i].record == written[i]) << "record " << i;
    const auto read = log_->read({.partition = 0, .offset = static_cast<Offset>(i)}, soon());
    ASSERT_TRUE(read && *read);
    EXPECT_TRUE((*read)->record == written[i]) << "record " << i;
  }
}

TEST_P(EveryEventLog, TellsWhereEachPartitionEndsOnceAFollowerHasCaughtUp) {
  append_some(*log_, "a", 3);
  RecordingFollower follower;
  const auto subscription = log_->follow({}, follower);
  EXPECT_TRUE(follower.wait_for_end({.partition = 0, .offset = 3}));
  EXPECT_EQ(follower.records().size(), 3U);
  for (Partition p = 1; p < log_->partitions(); ++p) {
    EXPECT_TRUE(follower.wait_for_end({.partition = p, .offset = 0}));
  }
  append_some(*log_, "b", 1);
  EXPECT_TRUE(follower.wait_for_end({.partition = 0, .offset = 4}));
}

TEST_P(EveryEventLog, CallsNoFollowerAfterItsSubscriptionEnds) {
  std::atomic<bool> over = false;
  std::jthread writer([&] {
    while (!over) append_and_wait(*log_, 0, record_of("a"));
  });
  for (int i = 0; i < 5; ++i) {
    RecordingFollower follower;
    auto subscription = log_->follow({}, follower);
    EXPECT_TRUE(follower.wait_for_records(static_cast<std::size_t>(i) + 1));
    subscription.reset();
    const std::size_t calls = follower.calls();
    append_and_wait(*log_, 0, record_of("later"));
    EXPECT_EQ(follower.calls(), calls);
  }
  over = true;
}

TEST_P(EveryEventLog, LosesNothingWhileAFollowerBlocks) {
  RecordingFollower follower;
  follower.hold(true);
  const auto subscription = log_->follow({}, follower);
  std::vector<std::string> ids = append_some(*log_, "a", 1);
  ASSERT_TRUE(follower.wait_until_blocked());
  for (const std::string& id : append_some(*log_, "b", 200)) ids.push_back(id);
  follower.hold(false);
  ASSERT_TRUE(follower.wait_for_records(ids.size()));
  EXPECT_EQ(ids_of(follower.records()), ids);
}

TEST_P(EveryEventLog, TellsOfDamageWhenTheCheckpointsRecordIsAnother) {
  append_some(*log_, "a", 3);
  RecordingFollower follower;
  const Checkpoint foreign({{.next = 2, .last_offset = 1, .last_id = "another"}});
  const auto subscription = log_->follow(foreign, follower);
  EXPECT_TRUE(follower.wait_for_damage());
  EXPECT_NE(follower.damage(), "");
  EXPECT_TRUE(follower.records().empty());
}

TEST_P(EveryEventLog, TellsOfDamageWhenTheCheckpointLiesPastTheEnd) {
  append_some(*log_, "a", 3);
  RecordingFollower follower;
  const Checkpoint ahead({{.next = 5, .last_offset = 4, .last_id = "a4"}});
  const auto subscription = log_->follow(ahead, follower);
  EXPECT_TRUE(follower.wait_for_damage());
  EXPECT_TRUE(follower.records().empty());
}

TEST_P(EveryEventLog, AnswersEachAppendExactlyOnceEvenWhenItIsDestroyed) {
  constexpr std::size_t kAppends = 500;
  std::array<std::atomic<int>, kAppends> answers{};
  for (std::size_t i = 0; i < kAppends; ++i) {
    log_->append(0, record_of(std::to_string(i)), [&answers, i](const AppendOutcome&) { ++answers[i]; });
  }
  log_.reset();
  for (std::size_t i = 0; i < kAppends; ++i) EXPECT_EQ(answers[i], 1) << "append " << i;
}

TEST_P(EveryEventLog, StaysOneLogWhenTwoWritersOpenItAtOnce) {
  const auto proposal = [this](std::uint8_t seed) {
    const Uuid uuid = make_uuid_v7(1'700'000'000'000, Uuid::Bytes{seed});
    return GenesisProposal{.identity = {.log_id = LogId(uuid),
                                        .partitions = log_->partitions(),
                                        .id_namespace = uuid,
                                        .max_clock_skew_ms = 2'000},
                           .source = "/taskstream/command-service/test"};
  };
  EXPECT_EQ(read_genesis(*log_, soon()), std::nullopt);
  auto other = std::async(std::launch::async, [&] { return open_genesis(*log_, proposal(1), soon()); });
  const LogIdentity mine = open_genesis(*log_, proposal(2), soon());
  const LogIdentity theirs = other.get();
  EXPECT_EQ(mine, theirs);
  EXPECT_EQ(read_genesis(*log_, soon()), mine);
}

}  // namespace
}  // namespace taskstream::tests
