#include "events/log/kafka/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "events/log/kafka/statistics_json.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr std::string_view kConsumer = R"({
  "name": "taskstream#consumer-1", "type": "consumer", "msg_cnt": 0, "msg_size": 0, "replyq": 4,
  "brokers": {
    "broker:9092/bootstrap": {"name": "broker:9092/bootstrap", "nodeid": -1, "source": "configured", "state": "UP"},
    "GroupCoordinator": {"name": "GroupCoordinator", "nodeid": 1, "source": "logical", "state": "INIT"},
    "broker:9092/1": {"name": "broker:9092/1", "nodeid": 1, "source": "learned", "state": "UP", "outbuf_cnt": 2,
      "waitresp_cnt": 3, "tx": 100, "txerrs": 5, "rxerrs": 6, "txretries": 7, "req_timeouts": 8, "disconnects": 9,
      "rtt": {"p50": 1500, "p99": 40000}},
    "broker:9093/2": {"nodeid": 2, "source": "configured", "state": "CONNECT"}},
  "topics": {"tasks": {"partitions": {
    "0": {"hi_offset": 50, "app_offset": 42, "fetchq_cnt": 6},
    "1": {"hi_offset": -1001, "app_offset": -1001, "fetchq_cnt": 0},
    "-1": {"hi_offset": -1001}}}}})";

const LogFigure* find(const LogFigures& figures, std::string_view name,
                      const std::vector<std::pair<std::string, std::string>>& labels) {
  const auto found = std::ranges::find_if(
      figures, [&](const LogFigure& figure) { return figure.name == name && figure.labels == labels; });
  return found != figures.end() ? &*found : nullptr;
}

TEST(Statistics, AreReadByBrokerAndPartition) {
  const LogFigures figures = read_statistics("tail", kConsumer);
  const auto value = [&](std::string_view name, std::vector<std::pair<std::string, std::string>> labels) {
    labels.insert(labels.begin(), {"client", "tail"});
    const LogFigure* figure = find(figures, name, labels);
    return figure != nullptr ? figure->value : -1;
  };
  EXPECT_EQ(value("taskstream_kafka_broker_up", {{"broker", "1"}}), 1);
  EXPECT_EQ(value("taskstream_kafka_broker_up", {{"broker", "2"}}), 0);
  EXPECT_DOUBLE_EQ(value("taskstream_kafka_broker_rtt_seconds", {{"broker", "1"}, {"percentile", "50"}}), 0.0015);
  EXPECT_DOUBLE_EQ(value("taskstream_kafka_broker_rtt_seconds", {{"broker", "1"}, {"percentile", "99"}}), 0.04);
  EXPECT_EQ(value("taskstream_kafka_broker_requests_waiting", {{"broker", "1"}}), 2);
  EXPECT_EQ(value("taskstream_kafka_broker_responses_waiting", {{"broker", "1"}}), 3);
  EXPECT_EQ(value("taskstream_kafka_broker_requests_total", {{"broker", "1"}}), 100);
  EXPECT_EQ(value("taskstream_kafka_broker_tx_errors_total", {{"broker", "1"}}), 5);
  EXPECT_EQ(value("taskstream_kafka_broker_rx_errors_total", {{"broker", "1"}}), 6);
  EXPECT_EQ(value("taskstream_kafka_broker_retries_total", {{"broker", "1"}}), 7);
  EXPECT_EQ(value("taskstream_kafka_broker_timeouts_total", {{"broker", "1"}}), 8);
  EXPECT_EQ(value("taskstream_kafka_broker_disconnects_total", {{"broker", "1"}}), 9);
  EXPECT_EQ(value("taskstream_kafka_replies_waiting", {}), 4);
  EXPECT_EQ(value("taskstream_kafka_consumer_lag_records", {{"partition", "0"}}), 8);
  EXPECT_EQ(value("taskstream_kafka_consumer_lag_records", {{"partition", "1"}}), 0) << "not known yet";
  EXPECT_EQ(value("taskstream_kafka_fetch_queue_messages", {{"partition", "0"}}), 6);
}

TEST(Statistics, NameNoAddressAndNoPartitionThatIsNone) {
  for (const LogFigure& figure : read_statistics("tail", kConsumer)) {
    for (const auto& [name, value] : figure.labels) {
      EXPECT_EQ(value.find("broker"), std::string::npos);
      EXPECT_EQ(value.find("-1"), std::string::npos) << figure.name;
    }
  }
}

TEST(Statistics, OfAProducerKnowNoPartitions) {
  const LogFigures figures = read_statistics("producer", R"({"type": "producer", "msg_cnt": 7,
      "topics": {"tasks": {"partitions": {"0": {"hi_offset": 5}}}}})");
  EXPECT_EQ(find(figures, "taskstream_kafka_queue_messages", {{"client", "producer"}})->value, 7);
  EXPECT_EQ(find(figures, "taskstream_kafka_consumer_lag_records", {{"client", "producer"}, {"partition", "0"}}),
            nullptr);
}

TEST(Statistics, OfAnotherShapeSayNothing) {
  EXPECT_TRUE(read_statistics("tail", "").empty());
  EXPECT_TRUE(read_statistics("tail", "[1]").empty());
  EXPECT_NO_THROW(read_statistics("tail", R"({"brokers": 1, "topics": {"t": 2, "u": {"partitions": [3]}}})"));
  EXPECT_NO_THROW(read_statistics("tail", R"({"type": "consumer", "brokers": {"b": {"nodeid": "x", "rtt": 1}},
      "topics": {"t": {"partitions": {"0": 4}}}})"));
}

TEST(Statistics, ReplaceWhatAClientSaidBefore) {
  Statistics statistics;
  statistics.take("producer", R"({"type": "producer", "msg_cnt": 1})");
  statistics.take("producer", R"({"type": "producer", "msg_cnt": 2})");
  statistics.take("tail", R"({"type": "consumer"})");
  const LogFigures figures = statistics.figures();
  EXPECT_EQ(std::ranges::count_if(figures,
                                  [](const LogFigure& figure) {
                                    return figure.name == std::string_view("taskstream_kafka_queue_messages");
                                  }),
            2);
  EXPECT_EQ(find(figures, "taskstream_kafka_queue_messages", {{"client", "producer"}})->value, 2);
}

TEST(Statistics, KeepShowingABrokerOfWhichAClientKnowsNoMore) {
  Statistics statistics;
  statistics.take("tail", kConsumer);
  const std::size_t shown = statistics.figures().size();
  // Made anew while the cluster is away, it knows its first addresses alone.
  statistics.take("tail", R"({"type": "consumer", "msg_cnt": 0, "msg_size": 0, "replyq": 1,
      "brokers": {"broker:9092/bootstrap": {"nodeid": -1, "state": "CONNECT"}}})");
  const LogFigures figures = statistics.figures();
  EXPECT_EQ(figures.size(), shown);
  const LogFigure* up = find(figures, "taskstream_kafka_broker_up", {{"client", "tail"}, {"broker", "1"}});
  ASSERT_NE(up, nullptr);
  EXPECT_EQ(up->value, 0);
  EXPECT_EQ(find(figures, "taskstream_kafka_broker_requests_total", {{"client", "tail"}, {"broker", "1"}})->value, 100);
  EXPECT_EQ(find(figures, "taskstream_kafka_replies_waiting", {{"client", "tail"}})->value, 1);
  statistics.take("tail", "no statistics");
  EXPECT_EQ(statistics.figures().size(), shown);
}

TEST(Statistics, ForgetABrokerThatIsGoneOnceTheClientHasReachedAnother) {
  Statistics statistics;
  statistics.take("tail", kConsumer);
  statistics.take("tail", R"({"type": "consumer", "msg_cnt": 0, "msg_size": 0, "replyq": 1,
      "brokers": {"other:9092/7": {"nodeid": 7, "nodename": "other:9092", "state": "UP"}}})");
  const LogFigures figures = statistics.figures();
  EXPECT_NE(find(figures, "taskstream_kafka_broker_up", {{"client", "tail"}, {"broker", "7"}}), nullptr);
  EXPECT_EQ(find(figures, "taskstream_kafka_broker_up", {{"client", "tail"}, {"broker", "1"}}), nullptr);
}

}  // namespace
}  // namespace taskstream::events::kafka
