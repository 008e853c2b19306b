#include "projection-service/replay/log_flags.hpp"

#include "events/log/kafka_properties.hpp"

namespace taskstream::replay {
namespace {

constexpr const char* kDefaultLog = "file:data/taskstream.log";

}  // namespace

void LogFlags::declare(http::Settings& settings) {
  url_text = kDefaultLog;
  url = *events::parse_log_url(kDefaultLog);
  settings.custom("log", kDefaultLog, "the log", "kafka://127.0.0.1:9092/taskstream",
                  [this](const std::string& text) -> std::optional<std::string> {
                    auto parsed = events::parse_log_url(text);
                    if (!parsed) return parsed.error().message;
                    url = *std::move(parsed);
                    url_text = text;
                    return std::nullopt;
                  });
  settings.parsed("kafka-config", "", options.kafka_config,
                  "a file of librdkafka properties, one name=value a line, for TLS and the like", "kafka.properties",
                  events::read_kafka_properties);
  settings.toggle("progress", progress, "Say on standard error how far it is.");
}

}  // namespace taskstream::replay
