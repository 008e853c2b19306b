#include "http/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>

namespace taskstream::http {
namespace {

constexpr auto kTimePattern = "%Y-%m-%dT%H:%M:%S.%fZ";

// Messages quote what clients sent, so they are escaped and cannot end their line or their object.
class JsonLine : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    spdlog::memory_buf_t time;
    time_.format(message, time);
    const auto level = spdlog::level::to_string_view(message.level);
    const nlohmann::ordered_json entry{{"time", std::string_view(time.data(), time.size())},
                                       {"level", std::string_view(level.data(), level.size())},
                                       {"message", std::string_view(message.payload.data(), message.payload.size())}};
    const auto text = entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLine>(); }

 private:
  spdlog::pattern_formatter time_{kTimePattern, spdlog::pattern_time_type::utc, ""};
};

}  // namespace

void start_logging(const LoggingOptions& options) {
  auto logger = std::make_shared<spdlog::logger>("taskstream", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (options.format == "json") {
    logger->set_formatter(std::make_unique<JsonLine>());
  } else {
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(std::string(kTimePattern) + " %l %v",
                                                                      spdlog::pattern_time_type::utc));
  }
  logger->set_level(spdlog::level::from_str(options.level));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace taskstream::http
