#include "events/log/kafka/unfinished_topic.hpp"

#include <memory>
#include <stdexcept>
#include <thread>

#include "events/log/kafka/admin.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr const char* kSetting = "retention.ms";
constexpr const char* kMark = "9223372036854775807";
constexpr const char* kKeepForEver = "-1";
constexpr std::chrono::milliseconds kPause{50};

void set_and_await(const Cluster& cluster, const char* value, Deadline deadline) {
  const auto client = Client::consumer(cluster, {}, nullptr);
  Admin admin(*client);
  admin.set_topic_setting(cluster.topic, kSetting, value, deadline);
  while (admin.settings(RD_KAFKA_RESOURCE_TOPIC, cluster.topic, deadline)[kSetting] != value) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error("The cluster does not show that topic '" + cluster.topic + "' was changed");
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

bool is_marked_unfinished(const std::map<std::string, std::string>& settings) {
  const auto found = settings.find(kSetting);
  return found != settings.end() && found->second == kMark;
}

void mark_unfinished(const Cluster& cluster, Deadline deadline) {
  set_and_await(cluster, kMark, deadline);
}

void mark_finished(const Cluster& cluster, Deadline deadline) {
  set_and_await(cluster, kKeepForEver, deadline);
}

std::string deletion_of(const Cluster& cluster) {
  return "kafka-topics.sh --bootstrap-server " + cluster.bootstrap_servers + " --delete --topic " + cluster.topic;
}

std::string unmarking_of(const Cluster& cluster) {
  return "kafka-configs.sh --bootstrap-server " + cluster.bootstrap_servers +
         " --alter --entity-type topics --entity-name " + cluster.topic + " --add-config " + kSetting + "=" +
         kKeepForEver;
}

}  // namespace taskstream::events::kafka
