#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "events/log/event_log.hpp"
#include "events/log/kafka_properties.hpp"
#include "events/log/log_url.hpp"

namespace taskstream::events {

struct LogOptions {
  // Make the topic or the file when it is missing. A reader never does.
  bool create = false;
  // For reading alone: nothing is made, neither beside the log nor at the cluster, and append() refuses.
  bool read_only = false;
  Partition partitions = 12;  // of a topic that is created
  std::optional<std::int16_t>
      replication_factor;  // of a topic that is created; the smaller of 3 and the brokers when absent
  std::chrono::milliseconds message_timeout{4000};  // how long an append may wait in the producer's queue
  std::map<std::string, std::string> kafka_config;  // librdkafka properties, e.g. for TLS and SASL
};

// Opens the log that the URL names. Throws LogRefused when it must not be used as it is, LogMissing when it is not
// there and may not be created, and std::runtime_error when it cannot be reached until the deadline.
std::unique_ptr<EventLog> open_log(const LogUrl& url, const LogOptions& options, Deadline deadline);

class LogMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace taskstream::events
