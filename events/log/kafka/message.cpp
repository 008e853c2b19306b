#include "events/log/kafka/message.hpp"

namespace taskstream::events::kafka {
namespace {

std::string bytes(const void* data, std::size_t size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

std::vector<Header> headers_of(rd_kafka_message_t& message) {
  std::vector<Header> headers;
  rd_kafka_headers_t* all = nullptr;
  if (rd_kafka_message_headers(&message, &all) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  headers.reserve(rd_kafka_header_cnt(all));
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({.name = name, .value = bytes(value, size)});
  }
  return headers;
}

Instant instant(std::int64_t unix_ms) {
  return Instant(std::chrono::milliseconds(unix_ms));
}

}  // namespace

LogRecord to_log_record(rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  LogRecord record{.position = {.partition = message.partition, .offset = message.offset},
                   .log_time = instant(rd_kafka_message_timestamp(&message, &type)),
                   .record = {}};
  if (message.key != nullptr) record.record.key = bytes(message.key, message.key_len);
  record.record.headers = headers_of(message);
  record.record.value = bytes(message.payload, message.len);
  return record;
}

std::optional<Instant> append_time(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t unix_ms = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME || unix_ms < 0) return std::nullopt;
  return instant(unix_ms);
}

}  // namespace taskstream::events::kafka
