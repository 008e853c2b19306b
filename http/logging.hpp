#pragma once

#include <spdlog/common.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace taskstream::http {

struct LoggingOptions {
  std::string format = "text";  // or `json`: one object a line
  std::string level = "info";   // debug, info, warn, error
};

// Sends the process's log (spdlog's default logger) to standard error.
void start_logging(const LoggingOptions& options);

// Something that a line says beside its message: a member of its own in JSON, ` name=value` in text. An empty text is
// left out.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};
void log_with_fields(spdlog::level::level_enum level, std::string_view message, std::initializer_list<LogField> fields);

}  // namespace taskstream::http
