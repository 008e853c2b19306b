#include <gtest/gtest.h>

#include <future>
#include <ostream>

#include "events/log/kafka/admin.hpp"
#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

std::string refusal_of(const std::string& topic) {
  try {
    open_kafka_log({.bootstrap_servers = test_brokers(), .topic = topic}, {.create = true}, in(20s));
    return "";
  } catch (const LogRefused& refused) {
    return refused.what();
  }
}

struct WrongSetting {
  std::string name;
  std::string value;
  std::string needed;

  // How a failing test names its case, and ctest every one.
  friend void PrintTo(const WrongSetting& wrong, std::ostream* out) { *out << wrong.name << "=" << wrong.value; }
};

class TopicCheck : public testing::TestWithParam<WrongSetting> {};

TEST_P(TopicCheck, RefusesASettingThatLosesEventsAndNamesTheCure) {
  const std::string topic = fresh_topic();
  auto settings = good_settings();
  settings[GetParam().name] = GetParam().value;
  Admin().create(topic, 1, settings);
  const std::string refusal = refusal_of(topic);
  EXPECT_NE(refusal.find(GetParam().name + " is " + GetParam().value + " and must be " + GetParam().needed),
            std::string::npos)
      << refusal;
  EXPECT_NE(refusal.find("--alter --entity-type topics --entity-name " + topic + " --add-config " + GetParam().name +
                         "=" + GetParam().needed),
            std::string::npos)
      << refusal;
}

INSTANTIATE_TEST_SUITE_P(EverySetting, TopicCheck,
                         testing::Values(WrongSetting{"cleanup.policy", "compact", "delete"},
                                         WrongSetting{"retention.ms", "604800000", "-1"},
                                         WrongSetting{"retention.bytes", "1073741824", "-1"},
                                         WrongSetting{"message.timestamp.type", "CreateTime", "LogAppendTime"}));

TEST(TopicCheck, CreatesAMissingTopicThatItThenFindsInOrder) {
  const std::string topic = fresh_topic();
  EXPECT_EQ(open_fresh_log(topic, 5)->partitions(), 5);
  EXPECT_EQ(refusal_of(topic), "");
}

TEST(TopicCheck, CreatesATopicThatTakesRecordsInEveryPartitionAtOnce) {
  const auto log = open_fresh_log(fresh_topic(), 12);
  for (Partition p = 0; p < 12; ++p) {
    const AppendOutcome outcome = append_and_wait(*log, p, "first");
    ASSERT_EQ(outcome.status, AppendOutcome::Status::Appended) << outcome.reason;
    EXPECT_EQ(outcome.position, (Position{.partition = p, .offset = 0}));
    EXPECT_TRUE(outcome.log_time.has_value());
  }
}

// Of three brokers, one may answer that has not heard of a new topic yet: here none has.
TEST(TopicCheck, AsksAgainWhereABrokerHasNotHeardOfTheTopic) {
  const std::string topic = fresh_topic();
  const auto client = kafka::Client::consumer({.bootstrap_servers = test_brokers(), .topic = topic}, {}, nullptr);
  auto settings = std::async(std::launch::async,
                             [&] { return kafka::Admin(*client).settings(RD_KAFKA_RESOURCE_TOPIC, topic, in(20s)); });
  ASSERT_EQ(settings.wait_for(500ms), std::future_status::timeout) << "it has given up";
  Admin().create(topic, 1, good_settings());
  EXPECT_EQ(settings.get().at("retention.ms"), "-1");
}

TEST(TopicCheck, SaysWithinItsDeadlineThatATopicIsNotThere) {
  const std::string topic = fresh_topic();
  const auto client = kafka::Client::consumer({.bootstrap_servers = test_brokers(), .topic = topic}, {}, nullptr);
  EXPECT_THROW(kafka::Admin(*client).settings(RD_KAFKA_RESOURCE_TOPIC, topic, in(1s)), std::runtime_error);
}

TEST(TopicCheck, NeverCreatesATopicForAReader) {
  const KafkaUrl url{.bootstrap_servers = test_brokers(), .topic = fresh_topic()};
  EXPECT_THROW(open_kafka_log(url, {.create = false}, in(20s)), LogMissing);
  EXPECT_THROW(open_kafka_log(url, {.create = false}, in(20s)), LogMissing);
}

TEST(TopicCheck, SaysWithinItsDeadlineThatNobodyAnswers) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_THROW(open_kafka_log({.bootstrap_servers = "127.0.0.1:1", .topic = "t"}, {.create = true}, in(2s)),
               std::runtime_error);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
}

TEST(KafkaSettings, OfTheOperatorCannotWeakenTheLog) {
  const KafkaUrl url{.bootstrap_servers = test_brokers(), .topic = fresh_topic()};
  for (const char* name : {"acks", "enable.idempotence", "isolation.level", "auto.offset.reset"}) {
    EXPECT_THROW(open_kafka_log(url, {.create = true, .kafka_config = {{name, "x"}}}, in(5s)), LogRefused) << name;
  }
  EXPECT_THROW(open_kafka_log(url, {.create = true, .kafka_config = {{"no.such.setting", "x"}}}, in(5s)), LogRefused);
}

}  // namespace
}  // namespace taskstream::events
