#pragma once

#include <memory>

#include "events/log/event_log.hpp"
#include "events/log/kafka/client.hpp"
#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events {

// The log as a topic of Apache Kafka. Checks the topic first; throws as open_log does.
std::unique_ptr<EventLog> open_kafka_log(const KafkaUrl& url, const LogOptions& options, Deadline deadline);

// Takes the topic as it is. For clusters that cannot be asked about their settings: librdkafka's mock cluster in tests.
std::unique_ptr<EventLog> open_kafka_log_unchecked(const KafkaUrl& url, const LogOptions& options,
                                                   Partition partitions);

// Throws LogRefused when the operator's settings touch what the log's guarantees rest on.
kafka::Cluster cluster_of(const KafkaUrl& url, const LogOptions& options);

}  // namespace taskstream::events
