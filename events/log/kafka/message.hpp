#pragma once

#include <librdkafka/rdkafka.h>

#include "events/log/event_log.hpp"

namespace taskstream::events::kafka {

// A message without error, as the log's readers see it.
LogRecord to_log_record(rd_kafka_message_t& message);

// When the broker took the message; nullopt unless the topic stamps with LogAppendTime.
std::optional<Instant> append_time(const rd_kafka_message_t& message);

}  // namespace taskstream::events::kafka
