#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "events/log/genesis.hpp"
#include "projection-service/http/change_hub.hpp"
#include "projection-service/http/token_waiters.hpp"
#include "projection-service/projection/freshness.hpp"

namespace taskstream::projection {

// What the workers share: where the read model is, how fresh, and who waits for it. Thread-safe.
class ReadSide {
 public:
  struct Options {
    std::filesystem::path read_model;
    std::chrono::milliseconds query_time_limit{1'000};                        // 0 = none
    std::size_t max_waiters = 12'000;                                         // 0 = any number
    std::size_t max_streams = 2'500;                                          // 0 = any number
    std::function<void(std::string)> on_damaged = [](const std::string&) {};  // the read model's file is broken
  };

  explicit ReadSide(Options options)
      : waiters_(options.max_waiters), changes_(options.max_streams), options_(std::move(options)) {}

  const Options& options() const { return options_; }
  Freshness& freshness() { return freshness_; }
  TokenWaiters& waiters() { return waiters_; }
  ChangeHub& changes() { return changes_; }

  void committed(Committed committed) {
    const auto positions = committed.positions;
    if (const auto identity = log()) changes_.publish(identity->log_id, committed);
    freshness_.publish(std::move(committed));
    waiters_.committed(positions);
  }

  void set_log(const events::LogIdentity& identity) {
    log_.store(std::make_shared<const events::LogIdentity>(identity));
  }
  // nullptr until the log has said who it is.
  std::shared_ptr<const events::LogIdentity> log() const { return log_.load(); }

 private:
  Freshness freshness_;
  TokenWaiters waiters_;
  ChangeHub changes_;
  Options options_;
  std::atomic<std::shared_ptr<const events::LogIdentity>> log_;
};

}  // namespace taskstream::projection
