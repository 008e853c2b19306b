#include <unistd.h>

#include <cstdlib>

#include "events/log/open_log.hpp"
#include "tests/contract/every_event_log.hpp"

namespace taskstream::tests {
namespace {

using namespace events;

// A topic of its own on the brokers that TASKSTREAM_TEST_KAFKA names (host:port[,host:port…]).
std::unique_ptr<EventLog> open_fresh_topic() {
  const char* servers = std::getenv("TASKSTREAM_TEST_KAFKA");
  if (servers == nullptr) return nullptr;
  static int topics = 0;
  const std::string topic = "contract-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) +
                            "-" + std::to_string(getpid()) + "-" + std::to_string(topics++);
  return open_log(KafkaUrl{.bootstrap_servers = servers, .topic = topic}, {.create = true, .partitions = 3}, soon());
}

INSTANTIATE_TEST_SUITE_P(Kafka, EveryEventLog, testing::Values(LogKind{"kafka", &open_fresh_topic}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace taskstream::tests
