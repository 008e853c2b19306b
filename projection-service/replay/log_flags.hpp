#pragma once

#include <optional>
#include <string>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"
#include "http/config.hpp"

namespace taskstream::replay {

// What every subcommand that uses a log is told.
struct LogFlags {
  events::LogUrl url;
  std::string url_text;
  events::LogOptions options;
  bool progress = true;

  void declare(http::Settings& settings);
};

}  // namespace taskstream::replay
