#include "projection-service/config.hpp"

#include <regex>

#include "events/log/kafka_properties.hpp"
#include "http/config.hpp"

namespace taskstream::projection {
namespace {

constexpr const char* kDefaultLog = "file:data/taskstream.log";

// Its origin goes into a header field, where a `;` or a space would begin something else; `//` would name another host.
bool is_command_url(const std::string& text) {
  constexpr std::size_t kMaxLength = 2'048;  // std::regex recurses with each character
  static const std::regex kTaken(R"((https?://[A-Za-z0-9.:\[\]-]+)?(/[A-Za-z0-9._~-]+)*/?)");
  return !text.empty() && text.size() <= kMaxLength && std::regex_match(text, kTaken);
}

}  // namespace

std::optional<int> read_config(int argc, const char* const* argv, Config& config) {
  config.log = *events::parse_log_url(kDefaultLog);
  config.server.options.port = 8081;

  http::Settings settings("taskstream-projection-service",
                          "Follows the log into a read model and answers queries from it.", TASKSTREAM_VERSION);
  settings.parsed("log", kDefaultLog, config.log, "the log to follow", "kafka://127.0.0.1:9092/taskstream",
                  events::parse_log_url);
  settings.text("read-model", config.read_model,
                "the read model: a link to one of the files beside it, made when it is missing", "data/read-model.db");
  settings.toggle("rebuild", config.rebuild,
                  "build the read model anew from the log, and serve the one that is there meanwhile");
  settings.number("rebuild-memory-mb", config.rebuild_memory_mb, {16, 1'000'000},
                  "that building a read model may take");
  settings.number("readers", config.readers, {1, 256}, "threads that answer queries");
  settings.number("query-time-limit-ms", config.query_time_limit, {0, 600'000}, "of one query, then 503; 0 = no limit");
  settings.number("max-waiters", config.max_waiters, {0, 1'000'000},
                  "requests that wait for their consistency token at one time; 0 = no limit");
  settings.number("max-waiters-per-principal", config.max_waiters_of_one, {0, 1'000'000},
                  "such requests of one principal, where everybody has to authenticate; 0 = no limit");
  settings.number("max-streams", config.max_streams, {0, 1'000'000},
                  "streams of changes open at one time, then 503; 0 = no limit");
  settings.custom("command-url", config.command_url,
                  "where the board sends commands: an origin, a path of the board's own origin, or both",
                  "https://tasks.example/command", [&config](const std::string& text) -> std::optional<std::string> {
                    if (!is_command_url(text)) return "is not http[s]://HOST[:PORT][/PATH] or /PATH";
                    config.command_url = text;
                    return std::nullopt;
                  });
  settings.parsed("kafka-config", "", config.log_options.kafka_config,
                  "a file of librdkafka properties, one name=value a line, for TLS and the like", "kafka.properties",
                  events::read_kafka_properties);
  http::declare_server_flags(settings, config.server);
  http::declare_stream_flags(settings, config.server.options.limits);
  return settings.read(argc, argv);
}

}  // namespace taskstream::projection
