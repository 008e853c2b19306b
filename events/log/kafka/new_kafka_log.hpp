#pragma once

#include <memory>

#include "events/log/new_log.hpp"

namespace taskstream::events {

// Filled under a mark in the topic's settings (topic_check.hpp), which is taken away when it is whole.
std::unique_ptr<NewLog> begin_kafka_log(const KafkaUrl& url, const LogOptions& options, Deadline deadline);

}  // namespace taskstream::events
