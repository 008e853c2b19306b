#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

// Leaves a record and, behind it, the control record of its transaction.
void append_in_a_transaction(const std::string& topic) {
  std::array<char, 256> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", test_brokers().c_str(), why.data(), why.size());
  rd_kafka_conf_set(conf, "transactional.id", topic.c_str(), why.data(), why.size());
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  const auto must = [](rd_kafka_error_t* error) {
    if (error != nullptr) throw std::runtime_error(rd_kafka_error_string(error));
  };
  must(rd_kafka_init_transactions(producer, 30'000));
  must(rd_kafka_begin_transaction(producer));
  rd_kafka_topic_t* handle = rd_kafka_topic_new(producer, topic.c_str(), nullptr);
  std::string value = "{}";
  rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr);
  must(rd_kafka_commit_transaction(producer, 30'000));
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(producer);
}

// To each partition in turn; answers how many of them are in the log.
int append_many(EventLog& log, int records) {
  const auto settled = std::make_shared<std::atomic<int>>(0);  // the last one to count is not done with it at once
  std::atomic<int> appended = 0;
  for (int i = 0; i < records; ++i) {
    log.append(i % log.partitions(), record_named(std::to_string(i)), [&, settled](const AppendOutcome& outcome) {
      if (outcome.status == AppendOutcome::Status::Appended) ++appended;
      ++*settled;
      settled->notify_all();
    });
  }
  for (int seen = *settled; seen < records; seen = *settled) settled->wait(seen);
  return appended;
}

// Offset 0 is the record, offset 1 the control record, which carries nothing. A commit is answered before its control
// record is written.
bool ends_behind_the_control_record(const Witness& witness) {
  return witness.ends.contains(0) && witness.ends.at(0) == 2;
}

TEST(KafkaTail, TellsThePartitionsEndPastControlRecords) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  append_in_a_transaction(topic);
  Witness witness;
  const auto subscription = log->follow({}, witness);
  ASSERT_TRUE(witness.wait_until(ends_behind_the_control_record));
  EXPECT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 1; }));
  EXPECT_FALSE(log->read({.partition = 0, .offset = 1}, in(5s))->has_value());
  EXPECT_TRUE(log->read({.partition = 0, .offset = 0}, in(5s))->has_value());
}

TEST(KafkaTail, GoesOnBehindControlRecordsFromACheckpoint) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  append_in_a_transaction(topic);
  {
    Witness from_the_start;
    const auto all = log->follow({}, from_the_start);
    ASSERT_TRUE(from_the_start.wait_until(ends_behind_the_control_record));
  }
  Checkpoint checkpoint;
  checkpoint.advance(**log->read({.partition = 0, .offset = 0}, in(5s)));
  checkpoint.advance_to_end({.partition = 0, .offset = 2});
  Witness witness;
  const auto subscription = log->follow(checkpoint, witness);
  append_and_wait(*log, 0, "next");
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 1; })) << witness.damage;
  EXPECT_EQ(witness.records.front().position.offset, 2);
}

TEST(KafkaTail, KeepsKeysHeadersAndValuesAsTheyWereWritten) {
  const auto log = open_fresh_log(fresh_topic());
  Witness witness;
  const auto subscription = log->follow({}, witness);
  append_and_wait(*log, 0, "one");
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 1; }));
  EXPECT_EQ(witness.records.front().record, record_named("one"));
}

TEST(KafkaTail, DeliversALongBacklogInOrderToASlowFollower) {
  constexpr int kRecords = 30'000;
  const auto log = open_fresh_log(fresh_topic(), 3);
  ASSERT_EQ(append_many(*log, kRecords), kRecords);

  class Slow final : public Follower {
   public:
    explicit Slow(Witness& witness) : witness_(witness) {}
    void on_records(std::vector<LogRecord> records) override {
      std::this_thread::sleep_for(5ms);
      witness_.on_records(std::move(records));
    }
    void on_partition_end(Position end) override { witness_.on_partition_end(end); }
    void on_log_damaged(std::string message) override { witness_.on_log_damaged(std::move(message)); }

   private:
    Witness& witness_;
  };
  Witness witness;
  Slow slow(witness);
  auto subscription = log->follow({}, slow);
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == kRecords; }, 30s));
  subscription.reset();
  std::map<Partition, Offset> next;
  for (const LogRecord& record : witness.records) {
    ASSERT_EQ(record.position.offset, next[record.position.partition]++);
  }
}

// Before anything is followed, the last record that was read of each partition is looked at. Fetched as librdkafka is
// not made for, they took a second or more in every other round.
TEST(KafkaTail, BeginsAtOnceWhereMuchWasWrittenBehindTheCheckpoint) {
  constexpr Partition kPartitions = 48;
  constexpr int kRecords = 12'000;
  const auto log = open_fresh_log(fresh_topic(), kPartitions);
  Checkpoint checkpoint;
  for (Partition p = 0; p < kPartitions; ++p) {
    append_and_wait(*log, p, "first");
    checkpoint.advance(**log->read({.partition = p, .offset = 0}, in(5s)));
  }
  ASSERT_EQ(append_many(*log, kRecords), kRecords);
  int at_once = 0;
  for (int round = 0; round < 9; ++round) {
    Witness witness;
    const auto begun = std::chrono::steady_clock::now();
    const auto subscription = log->follow(checkpoint, witness);
    ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == kRecords; }, 30s));
    if (std::chrono::steady_clock::now() - begun < 900ms) ++at_once;
  }
  EXPECT_GE(at_once, 7) << "a busy machine may hold up some";
}

TEST(KafkaTail, EndsAtOnceWhileItsFollowerHasNothingToDo) {
  const auto log = open_fresh_log(fresh_topic(), 12);
  Witness witness;
  auto subscription = log->follow({}, witness);
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.ends.size() == 12; }));
  const auto started = std::chrono::steady_clock::now();
  subscription.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - started, 3s);
}

}  // namespace
}  // namespace taskstream::events
