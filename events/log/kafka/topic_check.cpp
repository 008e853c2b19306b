#include "events/log/kafka/topic_check.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <thread>

#include "events/log/kafka/admin.hpp"
#include "events/log/kafka/broker_age.hpp"
#include "events/log/kafka/offsets.hpp"
#include "events/log/kafka/unfinished_topic.hpp"

namespace taskstream::events::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};
constexpr int kReplicated = 3;  // from here on, no single broker may take events with it

struct Requirement {
  const char* setting;
  const char* needed;
  const char* why;
};
constexpr std::array kAlways = {
    Requirement{"cleanup.policy", "delete", "compaction would delete events"},
    Requirement{"retention.ms", "-1", "old events would be deleted"},
    Requirement{"retention.bytes", "-1", "old events would be deleted"},
    Requirement{"message.timestamp.type", "LogAppendTime", "the time of a record must be the log's"},
};
constexpr Requirement kInSync{"min.insync.replicas", "2", "an acknowledged event could be on one broker alone"};
constexpr Requirement kClean{"unclean.leader.election.enable", "false",
                             "acknowledged events could be lost with a broker"};

std::vector<Requirement> requirements(int replicas) {
  std::vector<Requirement> all(kAlways.begin(), kAlways.end());
  if (replicas >= kReplicated) all.push_back(kInSync);
  if (replicas > 1) all.push_back(kClean);
  return all;
}

bool satisfies(const Requirement& requirement, std::string_view value) {
  if (std::string_view(requirement.setting) != "min.insync.replicas") return value == requirement.needed;
  int replicas = 0;
  std::from_chars(value.data(), value.data() + value.size(), replicas);
  return replicas >= 2;
}

struct TopicState {
  bool exists = false;
  Partition partitions = 0;
  int replicas = 0;  // of the partition that has the fewest
  std::vector<std::int32_t> brokers;
  bool is_led = false;
};

class TopicAdmin {
 public:
  TopicAdmin(const Cluster& cluster, Deadline deadline)
      : cluster_(cluster),
        deadline_(deadline),
        // A consumer never makes the cluster create a topic by asking for it.
        client_(Client::consumer(cluster, {}, nullptr)),
        admin_(*client_) {}

  TopicState await_state();
  TopicState await_leaders();
  TopicState await_brokers(int at_least);
  void check_brokers(const TopicState& state) { refuse_old_brokers(cluster_, admin_, state.brokers, deadline_); }
  void check_replicas(const TopicState& state);
  void create(const LogOptions& options, int brokers);
  void check_settings(int replicas);

 private:
  void pause_or_give_up(const std::string& what, rd_kafka_resp_err_t code);
  std::string name() const { return "Topic '" + cluster_.topic + "'"; }

  const Cluster& cluster_;
  const Deadline deadline_;
  std::unique_ptr<Client> client_;
  Admin admin_;
};

std::vector<std::int32_t> ids_of(const rd_kafka_metadata_t& metadata) {
  std::vector<std::int32_t> ids;
  for (int i = 0; i < metadata.broker_cnt; ++i) ids.push_back(metadata.brokers[i].id);
  return ids;
}

void TopicAdmin::pause_or_give_up(const std::string& what, rd_kafka_resp_err_t code) {
  rd_kafka_poll(client_->get(), 0);
  if (Clock::now() + kPause >= deadline_) {
    const std::string last = client_->last_error();
    throw std::runtime_error("The Kafka cluster at " + cluster_.bootstrap_servers + " cannot be used: " + what + ": " +
                             rd_kafka_err2str(code) + (last.empty() ? "" : " (" + last + ")"));
  }
  std::this_thread::sleep_for(kPause);
}

TopicState TopicAdmin::await_state() {
  for (;;) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto attempt = std::min(deadline_, Clock::now() + std::chrono::seconds(2));
    auto code = rd_kafka_metadata(client_->get(), 0, client_->topic(), &raw, ms_until(attempt));
    const Metadata metadata(raw);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
      const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
      TopicState state{.exists = topic.err == RD_KAFKA_RESP_ERR_NO_ERROR,
                       .partitions = topic.partition_cnt,
                       .brokers = ids_of(*metadata),
                       .is_led = topic.partition_cnt > 0};
      for (int i = 0; i < topic.partition_cnt; ++i) {
        const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
        state.replicas = i == 0 ? partition.replica_cnt : std::min(state.replicas, partition.replica_cnt);
        if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR || partition.leader < 0) state.is_led = false;
      }
      if (state.exists || topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return state;
      code = topic.err;
    }
    pause_or_give_up("asking for " + cluster_.topic, code);
  }
}

TopicState TopicAdmin::await_leaders() {
  for (;;) {
    const TopicState state = await_state();
    if (state.is_led) return state;
    pause_or_give_up("not every partition of " + cluster_.topic + " has a leader",
                     RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
  }
}

TopicState TopicAdmin::await_brokers(int at_least) {
  for (;;) {
    const TopicState state = await_state();
    if (std::ssize(state.brokers) >= at_least) return state;
    pause_or_give_up("only " + std::to_string(state.brokers.size()) + " brokers have come up yet",
                     RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE);
  }
}

void TopicAdmin::check_replicas(const TopicState& state) {
  if (std::ssize(state.brokers) < kReplicated || state.replicas >= kReplicated) return;
  throw LogRefused(
      name() + " has the replication factor " + std::to_string(state.replicas) + " on a cluster of " +
      std::to_string(state.brokers.size()) +
      " brokers: acknowledged events could be lost with a broker. Reassign its partitions to three brokers "
      "each with kafka-reassign-partitions.sh, or say with --replication-factor " +
      std::to_string(state.replicas) + " that this is wanted.");
}

void TopicAdmin::create(const LogOptions& options, int brokers) {
  const int replicas = options.replication_factor.value_or(static_cast<std::int16_t>(std::min(kReplicated, brokers)));
  std::array<char, 256> why{};
  const std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)> topic(
      rd_kafka_NewTopic_new(cluster_.topic.c_str(), options.partitions, replicas, why.data(), why.size()),
      rd_kafka_NewTopic_destroy);
  if (!topic) throw LogRefused(name() + " cannot be created: " + why.data());
  for (const Requirement& requirement : requirements(replicas)) {
    rd_kafka_NewTopic_set_config(topic.get(), requirement.setting, requirement.needed);
  }
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  const Queue queue = admin_.new_queue();
  const auto how = admin_.until(RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline_);
  rd_kafka_CreateTopics(client_->get(), topics, 1, how.get(), queue.get());
  const AdminEvent event = admin_.await(queue, "creating the topic", RD_KAFKA_EVENT_CREATETOPICS_RESULT, deadline_);
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(name() + " was not created: " + rd_kafka_event_error_string(event.get()));
  }
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return;  // another instance was quicker
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* words = rd_kafka_topic_result_error_string(results[i]);
    throw LogRefused(name() + " cannot be created: " + rd_kafka_err2str(code) +
                     (words != nullptr ? " (" + std::string(words) + ")" : std::string()));
  }
  spdlog::info("Created topic '{}' with {} partitions and {} replicas", cluster_.topic, options.partitions, replicas);
}

void TopicAdmin::check_settings(int replicas) {
  const auto actual = admin_.settings(RD_KAFKA_RESOURCE_TOPIC, cluster_.topic, deadline_);
  if (is_marked_unfinished(actual)) {
    throw LogRefused(name() + " is being filled by an import, or was by one that did not end: it holds a part of the " +
                     "events alone. Wait until the import is done; if none is running, delete the topic (" +
                     deletion_of(cluster_) + ") and import again.");
  }
  std::string wrong;
  std::string cure;
  for (const Requirement& requirement : requirements(replicas)) {
    const auto found = actual.find(requirement.setting);
    const std::string value = found != actual.end() ? found->second : "(not told)";
    if (found != actual.end() && satisfies(requirement, value)) continue;
    wrong += std::string("\n  ") + requirement.setting + " is " + value + " and must be " + requirement.needed + ": " +
             requirement.why;
    cure += (cure.empty() ? "" : ",") + std::string(requirement.setting) + "=" + requirement.needed;
  }
  if (wrong.empty()) return;
  throw LogRefused(name() + " would not keep events as a log must:" + wrong +
                   "\nChange it with\n  kafka-configs.sh --bootstrap-server " + cluster_.bootstrap_servers +
                   " --alter --entity-type topics --entity-name " + cluster_.topic + " --add-config " + cure);
}

int count_servers(const std::string& bootstrap_servers) {
  return 1 + static_cast<int>(std::ranges::count(bootstrap_servers, ','));
}

}  // namespace

Partition check_topic(const Cluster& cluster, const LogOptions& options, Deadline deadline) {
  TopicAdmin admin(cluster, deadline);
  TopicState state = admin.await_state();
  admin.check_brokers(state);
  if (!state.exists) {
    if (!options.create) {
      throw LogMissing("Topic '" + cluster.topic + "' is not there at " + cluster.bootstrap_servers +
                       ". A command-service creates it (--create-topic) when it starts first.");
    }
    // A cluster that is only starting would otherwise get a topic that lives on one broker for ever.
    state = admin.await_brokers(std::min<int>(kReplicated, count_servers(cluster.bootstrap_servers)));
    if (!state.exists) admin.create(options, static_cast<int>(state.brokers.size()));
  }
  state = admin.await_leaders();
  if (options.create && !options.replication_factor) admin.check_replicas(state);
  admin.check_settings(state.replicas);
  return state.partitions;
}

}  // namespace taskstream::events::kafka
