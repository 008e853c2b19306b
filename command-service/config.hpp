#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"
#include "http/server_flags.hpp"

namespace taskstream::command {

// What the command service may be told.
struct Config {
  events::LogUrl log;
  events::LogOptions log_options{.create = true};
  std::string state = "data/command-state.db";
  std::int64_t memory_budget_mb = 256;
  std::string instance;  // names this process in what it appends
  std::chrono::milliseconds command_timeout{5'000};
  std::size_t max_waiters = 12'000;
  bool require_precondition = true;
  bool strict_barrier = false;
  std::chrono::milliseconds max_clock_skew{2'000};  // of a log that this service opens
  http::ServerFlags server;
};

// From flags, environment and file. An exit code when the program should end: help was asked for, or something makes no
// sense and has been said.
std::optional<int> read_config(int argc, const char* const* argv, Config& config);

}  // namespace taskstream::command
