#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"
#include "http/server_flags.hpp"

namespace taskstream::projection {

// What the projection service may be told.
struct Config {
  events::LogUrl log;
  events::LogOptions log_options{.create = false};
  std::string read_model = "data/read-model.db";
  bool rebuild = false;
  std::size_t rebuild_memory_mb = 512;
  std::size_t readers = 2;
  std::chrono::milliseconds query_time_limit{1'000};
  std::size_t max_waiters = 12'000;
  std::size_t max_waiters_of_one = 100;
  std::size_t max_streams = 2'500;
  http::ServerFlags server;
};

// From flags, environment and file. An exit code when the program should end: help was asked for, or something makes no
// sense and has been said.
std::optional<int> read_config(int argc, const char* const* argv, Config& config);

}  // namespace taskstream::projection
