#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>

#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

constexpr std::int16_t kProduce = 0;  // the protocol's numbers of requests
constexpr std::int16_t kListOffsets = 2;

// A broker inside this process that answers with the errors it is told to.
class UnrulyBroker : public testing::Test {
 protected:
  UnrulyBroker() {
    std::array<char, 256> why{};
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why.data(), why.size());
    cluster_ = rd_kafka_mock_cluster_new(host_, 1);
    rd_kafka_mock_topic_create(cluster_, "t", 1, 1);
    log_ = open_kafka_log_unchecked({.bootstrap_servers = rd_kafka_mock_cluster_bootstraps(cluster_), .topic = "t"},
                                    {.message_timeout = 2s}, 1);
  }
  ~UnrulyBroker() override {
    log_.reset();
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }

  void answer(std::int16_t request, rd_kafka_resp_err_t error, int times) {
    std::vector<rd_kafka_resp_err_t> errors(static_cast<std::size_t>(times), error);
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }

  rd_kafka_t* host_;
  rd_kafka_mock_cluster_t* cluster_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(UnrulyBroker, ThatMovesItsLeadersIsAskedAgain) {
  answer(kProduce, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
  EXPECT_EQ(append_and_wait(*log_, 0, "one").status, AppendOutcome::Status::Appended);
}

TEST_F(UnrulyBroker, ThatRefusesARecordForGoodHasNotTakenIt) {
  answer(kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
  const AppendOutcome outcome = append_and_wait(*log_, 0, "one");
  EXPECT_EQ(outcome.status, AppendOutcome::Status::NotAppended);
  EXPECT_FALSE(outcome.position.has_value());
  EXPECT_NE(outcome.reason, "");
}

TEST_F(UnrulyBroker, ThatTimesOutUntilTheEndMayHaveTakenTheRecord) {
  answer(kProduce, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 1'000);
  EXPECT_EQ(append_and_wait(*log_, 0, "one").status, AppendOutcome::Status::Unknown);
}

TEST_F(UnrulyBroker, ThatLosesTrackOfTheProducerGetsANewOne) {
  ASSERT_EQ(append_and_wait(*log_, 0, "one").status, AppendOutcome::Status::Appended);
  answer(kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
  EXPECT_NE(append_and_wait(*log_, 0, "two").status, AppendOutcome::Status::Appended);
  AppendOutcome outcome;
  for (const Deadline deadline = in(5s); in(0s) < deadline;) {
    outcome = append_and_wait(*log_, 0, "three");
    if (outcome.status == AppendOutcome::Status::Appended) break;
  }
  EXPECT_EQ(outcome.status, AppendOutcome::Status::Appended) << outcome.reason;
}

TEST_F(UnrulyBroker, ThatHasNoLeaderForAMomentIsAskedForItsEndAgain) {
  ASSERT_EQ(append_and_wait(*log_, 0, "one").status, AppendOutcome::Status::Appended);
  answer(kListOffsets, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<EventLog::EndsOfPartitions> ends;
  log_->end_of_log({0}, in(5s), [&](EventLog::EndsOfPartitions got) {
    const std::lock_guard lock(mutex);
    ends = std::move(got);
    answered.notify_all();
  });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(answered.wait_for(lock, 6s, [&] { return ends.has_value(); }));
  ASSERT_TRUE(ends->has_value()) << ends->error().reason;
  EXPECT_EQ((*ends)->next(0), 1);
}

}  // namespace
}  // namespace taskstream::events
