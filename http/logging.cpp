#include "http/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

namespace taskstream::http {
namespace {

constexpr auto kTimePattern = "%Y-%m-%dT%H:%M:%S.%fZ";

// Of the line that this thread is writing. A logger that does not queue formats a line on the thread that says it, so
// that the fields need not travel in the text of the message, where a client's words could pass for them.
thread_local std::span<const LogField> fields_of_line;

bool is_empty(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && text->empty();
}

// Messages quote what clients sent, so they are escaped and cannot end their line or their object.
class JsonLine : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    spdlog::memory_buf_t time;
    time_.format(message, time);
    const auto level = spdlog::level::to_string_view(message.level);
    nlohmann::ordered_json entry{{"time", std::string_view(time.data(), time.size())},
                                 {"level", std::string_view(level.data(), level.size())},
                                 {"message", std::string_view(message.payload.data(), message.payload.size())}};
    for (const LogField& field : fields_of_line) {
      if (is_empty(field)) continue;
      std::visit([&](const auto& value) { entry[std::string(field.name)] = value; }, field.value);
    }
    const auto text = entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLine>(); }

 private:
  spdlog::pattern_formatter time_{kTimePattern, spdlog::pattern_time_type::utc, ""};
};

void append(spdlog::memory_buf_t& line, std::string_view text) {
  line.append(text.data(), text.data() + text.size());
}

class TextLine : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    before_message_.format(message, line);
    append_message(line, {message.payload.data(), message.payload.size()});
    for (const LogField& field : fields_of_line) {
      if (is_empty(field)) continue;
      append(line, " ");
      append(line, field.name);
      append(line, "=");
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        append(line, std::to_string(*number));
      } else {
        append_word(line, std::get<std::string_view>(field.value));
      }
    }
    append(line, "\n");
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextLine>(); }

 private:
  // Some messages have several lines. What a client or a record brought along must not look like an entry of its own,
  // so whatever follows a line break is indented.
  static void append_message(spdlog::memory_buf_t& line, std::string_view message) {
    for (const char c : message) {
      if (c == '\n') {
        append(line, "\n  ");
      } else {
        line.push_back(is_control(c) ? '_' : c);
      }
    }
  }
  // A value stays one word: neither a blank nor a line break can make it look like something else.
  static void append_word(spdlog::memory_buf_t& line, std::string_view word) {
    for (const char c : word) line.push_back(c == ' ' || is_control(c) ? '_' : c);
  }

  static bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

  spdlog::pattern_formatter before_message_{std::string(kTimePattern) + " %l ", spdlog::pattern_time_type::utc, ""};
};

}  // namespace

void start_logging(const LoggingOptions& options) {
  auto logger = std::make_shared<spdlog::logger>("taskstream", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (options.format == "json") {
    logger->set_formatter(std::make_unique<JsonLine>());
  } else {
    logger->set_formatter(std::make_unique<TextLine>());
  }
  logger->set_level(spdlog::level::from_str(options.level));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

void log_with_fields(spdlog::level::level_enum level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  struct Fields {
    explicit Fields(std::span<const LogField> of_line) { fields_of_line = of_line; }
    ~Fields() { fields_of_line = {}; }
  };
  const Fields set({fields.begin(), fields.size()});
  spdlog::log(level, message);
}

}  // namespace taskstream::http
