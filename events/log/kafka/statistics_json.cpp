#include "events/log/kafka/statistics_json.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace taskstream::events::kafka {
namespace {

using Json = boost::json::value;
using Kind = LogFigure::Kind;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr double kMicrosecond = 1e-6;

double number(const Json* json) {
  return json != nullptr && json->is_number() ? json->to_number<double>() : 0;
}

double number(const boost::json::object& of, std::string_view name) {
  return number(of.if_contains(name));
}

struct Shown {
  const char* name;
  const char* help;
  Kind kind;
  const char* member;
};

constexpr std::array kOfClient = {
    Shown{"taskstream_kafka_queue_messages", "Messages in the producer's queue, or waiting to be acknowledged.",
          Kind::Gauge, "msg_cnt"},
    Shown{"taskstream_kafka_queue_bytes", "Bytes in the producer's queue, or waiting to be acknowledged.", Kind::Gauge,
          "msg_size"},
    Shown{"taskstream_kafka_replies_waiting", "Operations that wait for the service to take them.", Kind::Gauge,
          "replyq"},
};

constexpr std::array kOfBroker = {
    Shown{"taskstream_kafka_broker_requests_waiting", "Requests that wait to be sent.", Kind::Gauge, "outbuf_cnt"},
    Shown{"taskstream_kafka_broker_responses_waiting", "Requests that wait for their answer.", Kind::Gauge,
          "waitresp_cnt"},
    Shown{"taskstream_kafka_broker_requests_total", "Requests sent.", Kind::Counter, "tx"},
    Shown{"taskstream_kafka_broker_tx_errors_total", "Requests that could not be sent.", Kind::Counter, "txerrs"},
    Shown{"taskstream_kafka_broker_rx_errors_total", "Answers that could not be received.", Kind::Counter, "rxerrs"},
    Shown{"taskstream_kafka_broker_retries_total", "Requests sent again.", Kind::Counter, "txretries"},
    Shown{"taskstream_kafka_broker_timeouts_total", "Requests that were not answered in time.", Kind::Counter,
          "req_timeouts"},
    Shown{"taskstream_kafka_broker_disconnects_total", "Connections that ended.", Kind::Counter, "disconnects"},
};

void add(LogFigures& figures, const Shown& shown, const boost::json::object& of, const Labels& labels) {
  figures.push_back({.name = shown.name,
                     .help = shown.help,
                     .kind = shown.kind,
                     .labels = labels,
                     .value = number(of, shown.member)});
}

void add_round_trip(LogFigures& figures, const boost::json::object& broker, Labels labels) {
  const Json* times = broker.if_contains("rtt");
  if (times == nullptr || !times->is_object()) return;
  labels.emplace_back("percentile", "");
  for (const auto& [member, percentile] : {std::pair("p50", "50"), std::pair("p99", "99")}) {
    labels.back().second = percentile;
    figures.push_back({.name = "taskstream_kafka_broker_rtt_seconds",
                       .help = "How long requests took to be answered, over the last interval of the statistics.",
                       .kind = Kind::Gauge,
                       .labels = labels,
                       .value = number(times->get_object(), member) * kMicrosecond});
  }
}

// Brokers by their numbers. An address to begin with has one only once it is known whose it is, and the coordinator is
// one of the others.
void add_brokers(LogFigures& figures, const boost::json::object& brokers, const std::string& client) {
  for (const auto& [name, value] : brokers) {
    const auto* broker = value.if_object();
    if (broker == nullptr || number(*broker, "nodeid") < 0) continue;
    const Json* source = broker->if_contains("source");
    if (source != nullptr && source->is_string() && source->get_string() == "logical") continue;
    const auto id = static_cast<std::int64_t>(number(*broker, "nodeid"));
    const Labels labels = {{"client", client}, {"broker", std::to_string(id)}};
    const Json* state = broker->if_contains("state");
    figures.push_back({.name = "taskstream_kafka_broker_up",
                       .help = "1 while there is a connection to the broker.",
                       .kind = Kind::Gauge,
                       .labels = labels,
                       .value = state != nullptr && state->is_string() && state->get_string() == "UP" ? 1.0 : 0.0});
    add_round_trip(figures, *broker, labels);
    for (const Shown& shown : kOfBroker) add(figures, shown, *broker, labels);
  }
}

void add_partitions(LogFigures& figures, const boost::json::object& partitions, const std::string& client) {
  for (const auto& [id, value] : partitions) {
    const auto* partition = value.if_object();
    if (partition == nullptr || id == "-1") continue;
    const Labels labels = {{"client", client}, {"partition", std::string(id)}};
    const double end = number(*partition, "hi_offset");
    const double taken = number(*partition, "app_offset");
    figures.push_back({.name = "taskstream_kafka_consumer_lag_records",
                       .help = "Records between what the service has taken and the end that the broker told last.",
                       .kind = Kind::Gauge,
                       .labels = labels,
                       .value = end >= 0 && taken >= 0 ? std::max(0.0, end - taken) : 0});
    figures.push_back({.name = "taskstream_kafka_fetch_queue_messages",
                       .help = "Records that were fetched, and that the service has not taken yet.",
                       .kind = Kind::Gauge,
                       .labels = labels,
                       .value = number(*partition, "fetchq_cnt")});
  }
}

}  // namespace

LogFigures read_statistics(const std::string& client, std::string_view json) {
  boost::system::error_code error;
  const Json read = boost::json::parse(json, error);
  const auto* whole = read.if_object();
  if (error || whole == nullptr) return {};
  LogFigures figures;
  for (const Shown& shown : kOfClient) add(figures, shown, *whole, {{"client", client}});
  if (const Json* brokers = whole->if_contains("brokers"); brokers != nullptr && brokers->is_object()) {
    add_brokers(figures, brokers->get_object(), client);
  }
  const Json* type = whole->if_contains("type");
  const bool consumes = type != nullptr && type->is_string() && type->get_string() == "consumer";
  const Json* topics = whole->if_contains("topics");
  if (!consumes || topics == nullptr || !topics->is_object()) return figures;
  for (const auto& [name, topic] : topics->get_object()) {
    const Json* partitions = topic.is_object() ? topic.get_object().if_contains("partitions") : nullptr;
    if (partitions != nullptr && partitions->is_object()) add_partitions(figures, partitions->get_object(), client);
  }
  return figures;
}

}  // namespace taskstream::events::kafka
