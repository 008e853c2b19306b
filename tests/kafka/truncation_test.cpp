#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "events/log/kafka/log_inspector.hpp"
#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

bool is_damaged(const Witness& witness) {
  return !witness.damage.empty();
}

// A topic with one record that a reader has read.
class KafkaTruncation : public testing::Test {
 protected:
  void SetUp() override {
    append_and_wait(*log_, 0, "one");
    ASSERT_TRUE(witness_.wait_until([](const Witness& w) { return w.records.size() == 1; }));
  }

  void make_topic_anew() {
    Admin admin;
    admin.remove(topic_);
    admin.create(topic_, 1, good_settings());
  }
  // Waits until the reader calls the log damaged, and answers what it says.
  std::string damage() {
    EXPECT_TRUE(witness_.wait_until(is_damaged, 30s));
    return witness_.damage;
  }

  const std::string topic_ = fresh_topic();

 private:
  const std::unique_ptr<EventLog> log_ = open_fresh_log(topic_);
  Witness witness_;
  const std::unique_ptr<Subscription> subscription_ = log_->follow({}, witness_);
};

TEST_F(KafkaTruncation, ATopicDeletedAndMadeAnewUnderAReaderIsDamage) {
  make_topic_anew();
  EXPECT_THAT(damage(), testing::HasSubstr("made anew"));
}

TEST_F(KafkaTruncation, ATopicMadeAnewAndFilledAgainIsKnownByItsRecords) {
  make_topic_anew();
  const auto other = open_fresh_log(topic_);
  for (int i = 0; i < 3; ++i) append_and_wait(*other, 0, "other-" + std::to_string(i));
  EXPECT_THAT(damage(), testing::HasSubstr("'other-0'"));
}

TEST_F(KafkaTruncation, ATopicThatIsDeletedIsDamage) {
  Admin().remove(topic_);
  EXPECT_THAT(damage(), testing::HasSubstr("does not know topic"));
}

// A reader that is quick, or lucky with the offsets, reads on in a topic made anew and is told no error.
TEST(LogInspector, KnowsAnotherLogByWhatWasReadEarlierWhereTheLastRecordsAgree) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  for (const std::string id : {"one", "two", "three"}) append_and_wait(*log, 0, id);
  kafka::LogInspector inspector({.bootstrap_servers = test_brokers(), .topic = topic}, 1);
  const auto read_to = [](Offset last, const std::string& id) {
    return Checkpoint({{.next = last + 1, .last_offset = last, .last_id = id}});
  };
  using Kind = kafka::Finding::Kind;
  EXPECT_EQ(inspector.inspect(read_to(0, "one"), read_to(2, "three"), in(10s)).kind, Kind::Healthy);
  EXPECT_EQ(inspector.inspect(Checkpoint(), read_to(2, "three"), in(10s)).kind, Kind::Healthy);
  const kafka::Finding found = inspector.inspect(read_to(0, "another"), read_to(2, "three"), in(10s));
  EXPECT_EQ(found.kind, Kind::Damaged);
  EXPECT_THAT(found.message, testing::HasSubstr("'another' was read there"));
}

TEST(KafkaCheckpoint, OfAnotherHistoryIsRefusedBeforeAnythingIsRead) {
  const auto log = open_fresh_log(fresh_topic());
  append_and_wait(*log, 0, "one");
  append_and_wait(*log, 0, "two");
  Witness witness;
  const Checkpoint other({{.next = 1, .last_offset = 0, .last_id = "another"}});
  auto subscription = log->follow(other, witness);
  ASSERT_TRUE(witness.wait_until(is_damaged, 30s));
  subscription.reset();
  EXPECT_TRUE(witness.records.empty());
}

TEST(KafkaCheckpoint, PastTheEndIsDamage) {
  const auto log = open_fresh_log(fresh_topic());
  append_and_wait(*log, 0, "one");
  Witness witness;
  const Checkpoint ahead({{.next = 5, .last_offset = 4, .last_id = "one"}});
  const auto subscription = log->follow(ahead, witness);
  ASSERT_TRUE(witness.wait_until(is_damaged, 30s));
}

}  // namespace
}  // namespace taskstream::events
