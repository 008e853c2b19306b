#include "events/log/kafka/client.hpp"

#include <spdlog/spdlog.h>
#include <syslog.h>

#include <algorithm>
#include <array>
#include <future>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "events/log/event_log.hpp"

namespace taskstream::events::kafka {
namespace {

// What the acceptance rule, the barrier and the truncation watch rest on. `group.id` is here because nothing is read as
// a group: each reader reads every partition, from where its own checkpoint says.
constexpr std::array kGuaranteed = {
    "bootstrap.servers",
    "metadata.broker.list",
    "enable.idempotence",
    "acks",
    "request.required.acks",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "transactional.id",
    "group.id",
    "isolation.level",
    "auto.offset.reset",
    "enable.partition.eof",
    "enable.auto.commit",
    "auto.commit.enable",
    "enable.auto.offset.store",
    "allow.auto.create.topics",
    "log.queue",
    "delivery.report.only.error",
    "enabled_events",
};

// Short waits after an outage: librdkafka's defaults leave it waiting 10 s and more. The metadata is asked for every
// second, so that a leader that hangs, rather than closes its connection, is left as soon as there is a new one.
const Settings kDefaults = {
    {"client.id", "taskstream"},
    {"socket.nagle.disable", "true"},
    {"socket.keepalive.enable", "true"},
    {"socket.timeout.ms", "3000"},
    {"api.version.request.timeout.ms", "2000"},
    {"reconnect.backoff.max.ms", "500"},
    {"topic.metadata.refresh.interval.ms", "1000"},
    {"topic.metadata.refresh.fast.interval.ms", "100"},
    {"log.connection.close", "false"},
    {"statistics.interval.ms", "5000"},
};

const Settings kConsumer = {
    {"isolation.level", "read_uncommitted"}, {"auto.offset.reset", "error"},  {"enable.partition.eof", "true"},
    {"enable.auto.commit", "false"},         {"auto.commit.enable", "false"}, {"enable.auto.offset.store", "false"},
    {"allow.auto.create.topics", "false"},
};

const Settings kProducerDefaults = {
    {"linger.ms", "0"},
    {"compression.type", "lz4"},
    {"retry.backoff.ms", "50"},
    {"queue.buffering.max.messages", "100000"},
    {"queue.buffering.max.kbytes", "131072"},
};

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
    throw LogRefused("The Kafka client refuses its settings: " + std::string(why.data()));
  }
}

void set_all(rd_kafka_conf_t* conf, const Settings& settings) {
  for (const auto& [name, value] : settings) set(conf, name, value);
}

void log_callback(const rd_kafka_t*, int syslog_level, const char* facility, const char* text) {
  // The settings are shared by consumers and producers; that each ignores the other's is nothing to tell the operator.
  const bool minor = std::string_view(facility) == "CONFWARN";
  auto level = spdlog::level::debug;
  if (syslog_level <= 3) level = spdlog::level::err;
  if (syslog_level == 4 || syslog_level == 5) level = spdlog::level::warn;
  if (syslog_level == 6) level = spdlog::level::info;
  spdlog::log(minor ? spdlog::level::debug : level, "kafka client: {} {}", facility, text);
}

// librdkafka before 2.6.1 answers with a nonce that Kafka 4 rightly refuses (CVE-2024-56128), whatever the password.
// The broker's words blame the password all the same, and would send the operator looking in the wrong place.
constexpr int kScramWorksSince = 0x020601ff;

std::string hint_at(std::string_view reason) {
  if (rd_kafka_version() >= kScramWorksSince || reason.find("mechanism SCRAM") == std::string_view::npos) return {};
  return std::string(
             "; with Kafka 4 this may be librdkafka, not the password: SCRAM there needs 2.6.1 or newer, and this "
             "is ") +
         rd_kafka_version_str();
}

// How long librdkafka may take to end a client; more than it needs even where a broker hangs.
constexpr std::chrono::milliseconds kEndPatience{3'000};

// When a topic is deleted, librdkafka 2.0.2 now and then loses count of what a client's broker thread still holds, and
// then waits for that thread for ever. A service that stops because the topic is gone must stop all the same: such a
// client is left behind, silent and without anybody who polls it.
void end_or_leave_behind(rd_kafka_t* handle) {
  rd_kafka_set_log_level(handle, LOG_EMERG);
  std::promise<void> done;
  const std::future<void> ended = done.get_future();
  std::thread([handle, done = std::move(done)]() mutable {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    done.set_value();
  }).detach();
  if (ended.wait_for(kEndPatience) != std::future_status::ready) {
    spdlog::warn("a Kafka client does not end, and is left behind");
  }
}

}  // namespace

void check_operator_settings(const std::map<std::string, std::string>& settings) {
  for (const auto& [name, value] : settings) {
    if (std::ranges::find(kGuaranteed, name) == kGuaranteed.end()) continue;
    throw LogRefused("The Kafka setting '" + name +
                     "' cannot be changed: that no event is lost rests on it. Take it out of the Kafka settings.");
  }
}

Client::Client(const Cluster& cluster, OnError on_error, OnDelivery on_delivery, std::string shown_as)
    : on_error_(std::move(on_error)),
      on_delivery_(std::move(on_delivery)),
      statistics_(shown_as.empty() ? nullptr : cluster.statistics),
      shown_as_(std::move(shown_as)) {}

std::unique_ptr<Client> Client::consumer(const Cluster& cluster, const Settings& own_defaults, OnError on_error,
                                         std::string shown_as) {
  Settings defaults = kDefaults;
  defaults.insert(defaults.end(), own_defaults.begin(), own_defaults.end());
  std::unique_ptr<Client> client(new Client(cluster, std::move(on_error), nullptr, std::move(shown_as)));
  client->open(RD_KAFKA_CONSUMER, cluster, defaults, kConsumer);
  return client;
}

std::unique_ptr<Client> Client::producer(const Cluster& cluster, const Settings& fixed, OnError on_error,
                                         OnDelivery on_delivery, std::string shown_as) {
  Settings defaults = kDefaults;
  defaults.insert(defaults.end(), kProducerDefaults.begin(), kProducerDefaults.end());
  std::unique_ptr<Client> client(new Client(cluster, std::move(on_error), std::move(on_delivery), std::move(shown_as)));
  client->open(RD_KAFKA_PRODUCER, cluster, defaults, fixed);
  return client;
}

void Client::open(rd_kafka_type_t type, const Cluster& cluster, const Settings& defaults, const Settings& fixed) {
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(), rd_kafka_conf_destroy);
  set_all(conf.get(), defaults);
  for (const auto& [name, value] : cluster.operator_settings) set(conf.get(), name, value);
  set(conf.get(), "bootstrap.servers", cluster.bootstrap_servers);
  // Told to nobody they would pile up in a client that is not polled.
  if (!statistics_) set(conf.get(), "statistics.interval.ms", "0");
  set_all(conf.get(), fixed);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), log_callback);
  rd_kafka_conf_set_error_cb(conf.get(), error_callback);
  if (statistics_) rd_kafka_conf_set_stats_cb(conf.get(), statistics_callback);
  if (on_delivery_) rd_kafka_conf_set_dr_msg_cb(conf.get(), delivery_callback);

  std::array<char, 512> why{};
  handle_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (handle_ == nullptr) throw std::runtime_error("The Kafka client does not start: " + std::string(why.data()));
  static_cast<void>(conf.release());  // now librdkafka's
  topic_.reset(rd_kafka_topic_new(handle_, cluster.topic.c_str(), nullptr));
  if (!topic_) {
    throw LogRefused("'" + cluster.topic + "' cannot name a topic: " + rd_kafka_err2str(rd_kafka_last_error()));
  }
}

Client::~Client() {
  if (handle_ == nullptr) return;
  topic_.reset();
  end_or_leave_behind(handle_);
}

std::string Client::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void Client::error_callback(rd_kafka_t*, int code, const char* reason, void* self) {
  auto& client = *static_cast<Client*>(self);
  {
    const std::lock_guard lock(client.mutex_);
    // That all brokers are down follows what it comes from, and says less: a refused password, a certificate.
    const bool says_less = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !client.last_error_.empty();
    if (!says_less) client.last_error_ = reason + hint_at(reason);
  }
  if (client.on_error_) client.on_error_(static_cast<rd_kafka_resp_err_t>(code), reason);
}

// The text stays librdkafka's: 0 says so.
int Client::statistics_callback(rd_kafka_t*, char* json, std::size_t length, void* self) {
  const auto& client = *static_cast<Client*>(self);
  client.statistics_->take(client.shown_as_, {json, length});
  return 0;
}

void Client::delivery_callback(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<Client*>(self)->on_delivery_(*message);
}

}  // namespace taskstream::events::kafka
