#include "events/log/kafka/kafka_event_log.hpp"

#include <optional>
#include <utility>

#include "events/log/kafka/end_of_log.hpp"
#include "events/log/kafka/producer.hpp"
#include "events/log/kafka/record_reader.hpp"
#include "events/log/kafka/tail.hpp"
#include "events/log/kafka/topic_check.hpp"

namespace taskstream::events {
namespace {

// Each part has a librdkafka client of its own, because each blocks or is blocked in its own way.
class KafkaEventLog final : public EventLog {
 public:
  KafkaEventLog(kafka::Cluster cluster, const LogOptions& options, Partition partitions)
      : cluster_(std::move(cluster)), partitions_(partitions), end_of_log_(cluster_, reachability_), reader_(cluster_) {
    if (!options.read_only) producer_.emplace(cluster_, options.message_timeout, reachability_);
  }

  Partition partitions() const override { return partitions_; }

  void append(Partition partition, Record record, AppendDone done) override {
    if (!producer_) return done({.status = AppendOutcome::Status::NotAppended, .reason = kOpenedForReading});
    producer_->append(partition, record, std::move(done));
  }

  std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) override {
    return std::make_unique<kafka::Tail>(cluster_, partitions_, from, follower, reachability_);
  }

  void end_of_log(std::vector<Partition> of, Deadline deadline, EndDone done) override {
    end_of_log_.ask(std::move(of), deadline, std::move(done));
  }

  boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position, Deadline deadline) override {
    auto records = reader_.read({position}, deadline);
    if (records.has_error()) return LogUnavailable{records.error().reason};
    return std::move(records->front());
  }

  bool is_reachable() const override { return reachability_.is_reachable(); }

  LogFigures figures() const override { return cluster_.statistics->figures(); }

 private:
  const kafka::Cluster cluster_;
  const Partition partitions_;
  kafka::Reachability reachability_;
  std::optional<kafka::Producer> producer_;  // none when opened for reading alone
  kafka::EndOfLog end_of_log_;
  kafka::RecordReader reader_;
};

}  // namespace

kafka::Cluster cluster_of(const KafkaUrl& url, const LogOptions& options) {
  kafka::check_operator_settings(options.kafka_config);
  return {.bootstrap_servers = url.bootstrap_servers,
          .topic = url.topic,
          .operator_settings = options.kafka_config,
          .statistics = std::make_shared<kafka::Statistics>()};
}

std::unique_ptr<EventLog> open_kafka_log(const KafkaUrl& url, const LogOptions& options, Deadline deadline) {
  kafka::Cluster cluster = cluster_of(url, options);
  const Partition partitions = kafka::check_topic(cluster, options, deadline);
  return std::make_unique<KafkaEventLog>(std::move(cluster), options, partitions);
}

std::unique_ptr<EventLog> open_kafka_log_unchecked(const KafkaUrl& url, const LogOptions& options,
                                                   Partition partitions) {
  return std::make_unique<KafkaEventLog>(cluster_of(url, options), options, partitions);
}

}  // namespace taskstream::events
