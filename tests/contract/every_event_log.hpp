#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "events/log/event_log.hpp"
#include "tests/contract/recording_follower.hpp"

namespace taskstream::tests {

// What every log promises, whatever it is kept in. A twin joins with INSTANTIATE_TEST_SUITE_P, and says how a fresh
// empty log of its kind is made; a null pointer fails the test: a twin that is not there has
// not passed.
struct LogKind {
  std::string name;
  std::function<std::unique_ptr<events::EventLog>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const LogKind& kind) {
  return out << kind.name;
}

class EveryEventLog : public testing::TestWithParam<LogKind> {
 protected:
  void SetUp() override {
    log_ = GetParam().make();
    ASSERT_TRUE(log_) << "there is no " << GetParam().name
                      << " to test on; for Kafka, name brokers in TASKSTREAM_TEST_KAFKA (host:port[,host:port...])";
  }

  std::unique_ptr<events::EventLog> log_;
};

}  // namespace taskstream::tests
