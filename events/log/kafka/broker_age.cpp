#include "events/log/kafka/broker_age.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "events/log/event_log.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr const char* kSince37 = "telemetry.max.bytes";            // every broker from 3.7 on has it
constexpr const char* kUntil39 = "inter.broker.protocol.version";  // every broker before 4.0 has it
constexpr std::chrono::milliseconds kPatience{3'000};              // with one that has died meanwhile

}  // namespace

BrokerAge age_of(const std::map<std::string, std::string>& settings) {
  if (settings.contains(kSince37)) return BrokerAge::Enough;
  return settings.contains(kUntil39) ? BrokerAge::TooOld : BrokerAge::NotTold;
}

void refuse_old_brokers(const Cluster& cluster, const Admin& admin, const std::vector<std::int32_t>& brokers,
                        Deadline deadline) {
  for (const std::int32_t broker : brokers) {
    const std::string id = std::to_string(broker);
    std::map<std::string, std::string> settings;
    std::string why = "it does not describe itself as Kafka does";
    try {
      settings = admin.settings(RD_KAFKA_RESOURCE_BROKER, id,
                                std::min(deadline, std::chrono::steady_clock::now() + kPatience));
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
    switch (age_of(settings)) {
      case BrokerAge::Enough:
        break;
      case BrokerAge::TooOld:
        throw LogRefused("Broker " + id + " of the Kafka cluster at " + cluster.bootstrap_servers +
                         " is older than Kafka 3.7 (its " + kUntil39 + " is " + settings.at(kUntil39) +
                         "): readers could be shown events that fewer brokers hold than min.insync.replicas says, and "
                         "that are lost with one of them. Upgrade every broker to Kafka 3.7 or newer.");
      case BrokerAge::NotTold:
        spdlog::warn("Whether broker {} runs Kafka 3.7 or newer, as it must, cannot be told: {}", id, why);
        break;
    }
  }
}

}  // namespace taskstream::events::kafka
