#pragma once

#include <string>

namespace taskstream::http {

struct LoggingOptions {
  std::string format = "text";  // or `json`: one object a line
  std::string level = "info";   // debug, info, warn, error
};

// Sends the process's log (spdlog's default logger) to standard error.
void start_logging(const LoggingOptions& options);

}  // namespace taskstream::http
