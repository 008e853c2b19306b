#include "events/log/kafka/broker_age.hpp"

#include <gtest/gtest.h>

namespace taskstream::events::kafka {
namespace {

// Of what real brokers tell of themselves, the settings that changed over the releases.
TEST(BrokerAge, IsTooSmallBeforeKafka37) {
  EXPECT_EQ(age_of({{"min.insync.replicas", "1"}, {"inter.broker.protocol.version", "3.6-IV2"}}), BrokerAge::TooOld);
}

TEST(BrokerAge, IsEnoughFromKafka37On) {
  EXPECT_EQ(age_of({{"inter.broker.protocol.version", "3.7-IV4"}, {"telemetry.max.bytes", "1048576"}}),
            BrokerAge::Enough);
}

TEST(BrokerAge, IsEnoughOfOneThatSpeaksAnOlderProtocolDuringAnUpgrade) {
  EXPECT_EQ(age_of({{"inter.broker.protocol.version", "3.5-IV2"}, {"telemetry.max.bytes", "1048576"}}),
            BrokerAge::Enough);
}

TEST(BrokerAge, IsEnoughFromKafka4OnWhereTheProtocolsVersionIsGone) {
  EXPECT_EQ(age_of({{"min.insync.replicas", "2"}, {"telemetry.max.bytes", "1048576"}}), BrokerAge::Enough);
}

TEST(BrokerAge, IsNotToldByWhatDoesNotDescribeItselfAsKafkaDoes) {
  EXPECT_EQ(age_of({}), BrokerAge::NotTold);
  EXPECT_EQ(age_of({{"log.retention.ms", "-1"}}), BrokerAge::NotTold);
}

}  // namespace
}  // namespace taskstream::events::kafka
