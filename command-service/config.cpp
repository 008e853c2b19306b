#include "command-service/config.hpp"

#include <boost/asio/ip/host_name.hpp>

#include "http/config.hpp"

namespace taskstream::command {
namespace {

constexpr const char* kDefaultLog = "file:data/taskstream.log";

// An append is given up one second before its command is, so that "not appended" can still be told; and the library
// looks for what is overdue once a second.
constexpr std::chrono::milliseconds kAppendEndsBeforeCommand{1'000};

}  // namespace

std::optional<int> read_config(int argc, const char* const* argv, Config& config) {
  config.log = *events::parse_log_url(kDefaultLog);
  config.instance = boost::asio::ip::host_name();
  config.server.options.port = 8080;

  http::Settings settings("taskstream-command-service", "Validates commands and appends task events to the log.",
                          TASKSTREAM_VERSION);
  settings.parsed("log", kDefaultLog, config.log, "the log to follow and to append to",
                  "kafka://127.0.0.1:9092/taskstream", events::parse_log_url);
  settings.text("state", config.state,
                "the file for what is folded from the log, made when it is missing; one process uses it",
                "data/command-state.db");
  settings.number("memory-budget-mb", config.memory_budget_mb, {16, 1'048'576},
                  "how much of what is folded from the log is kept in memory");
  settings.text("instance", config.instance, "the name of this process in the events that it appends", "eu-1");
  settings.number("command-timeout-ms", config.command_timeout, {2'500, 600'000},
                  "how long a command may take until it is answered 503 or 504");
  settings.number("max-waiters", config.max_waiters, {0, 1'000'000},
                  "strong reads and what waits for its consistency token, at one time, then 503; 0 = no limit");
  settings.toggle("require-precondition", config.require_precondition,
                  "refuse changes that do not say which version they are for (428)");
  settings.toggle("strict-barrier", config.strict_barrier,
                  "learn the log's end by an append instead of a question, which a deposed Kafka leader could answer");
  settings.toggle("create-topic", config.log_options.create, "make the topic or the log file when it is missing");
  settings.number("partitions", config.log_options.partitions, {1, 10'000}, "of a topic that is made");
  settings.custom("replication-factor", "3, or as many as there are brokers", "of a topic that is made", "3",
                  [&config](const std::string& value) -> std::optional<std::string> {
                    if (value.size() != 1 || value.front() < '1' || value.front() > '9') return "must be 1 to 9";
                    config.log_options.replication_factor = static_cast<std::int16_t>(value.front() - '0');
                    return std::nullopt;
                  });
  settings.number("max-clock-skew-ms", config.max_clock_skew, {1, 600'000},
                  "by how much the clocks of instances may differ; stored in a log that this service opens");
  settings.parsed("kafka-config", "", config.log_options.kafka_config,
                  "a file of librdkafka properties, one name=value a line, for TLS and the like", "kafka.properties",
                  events::read_kafka_properties);
  http::declare_server_flags(settings, config.server);
  http::declare_body_flags(settings, config.server.options.limits);

  const std::optional<int> exit_code = settings.read(argc, argv);
  config.log_options.message_timeout = config.command_timeout - kAppendEndsBeforeCommand;
  return exit_code;
}

}  // namespace taskstream::command
