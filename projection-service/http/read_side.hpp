#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "events/log/genesis.hpp"
#include "projection-service/http/change_hub.hpp"
#include "projection-service/http/parked_figures.hpp"
#include "projection-service/http/stream_figures.hpp"
#include "projection-service/http/token_waiters.hpp"
#include "projection-service/projection/freshness.hpp"
#include "projection-service/projection/projection_figures.hpp"
#include "projection-service/projection/rebuild_desk.hpp"

namespace taskstream::http {
class Authenticator;
}

namespace taskstream::projection {

// What the workers share: where the read model is, how fresh, who waits for it, and who wants it rebuilt. Thread-safe.
class ReadSide {
 public:
  struct Options {
    std::chrono::milliseconds query_time_limit{1'000};                        // 0 = none
    std::size_t max_waiters = 12'000;                                         // 0 = any number
    std::size_t max_waiters_of_one = 100;                                     // of one principal; 0 = any number
    std::size_t max_streams = 2'500;                                          // 0 = any number
    std::function<void(std::string)> on_damaged = [](const std::string&) {};  // the read model's file is broken
    std::function<void()> on_replaced = [] {};           // another file is served: connections to the old one can go
    const http::Authenticator* authenticator = nullptr;  // nullptr = nobody has to authenticate
  };

  explicit ReadSide(Options options)
      : waiters_(options.max_waiters, options.max_waiters_of_one),
        changes_(options.max_streams),
        options_(std::move(options)) {}

  const Options& options() const { return options_; }
  Freshness& freshness() { return freshness_; }
  TokenWaiters& waiters() { return waiters_; }
  ChangeHub& changes() { return changes_; }
  RebuildDesk& rebuilds() { return rebuilds_; }
  ProjectionFigures& figures() { return figures_; }
  StreamFigures& streams() { return streams_; }
  ParkedFigures& parked() { return parked_; }

  // From now on queries are answered from this file. What is committed in it is told afterwards, and covers what was
  // told before.
  void serve(const std::filesystem::path& file) {
    const bool replaced = exchange(served_, std::make_shared<const std::filesystem::path>(file)) != nullptr;
    if (replaced) options_.on_replaced();
  }
  // nullptr until there is one. Another pointer is another file.
  std::shared_ptr<const std::filesystem::path> served() const { return copy_of(served_); }

  void committed(Committed committed) {
    const auto positions = committed.positions;
    figures_.on_committed(committed);
    if (const auto identity = log()) changes_.publish(identity->log_id, committed);
    freshness_.publish(std::move(committed));
    waiters_.committed(positions);
  }

  void set_log(const events::LogIdentity& identity) {
    exchange(log_, std::make_shared<const events::LogIdentity>(identity));
  }
  // The log itself, for what it knows of its own work. It outlives the workers.
  void set_opened_log(const events::EventLog& log) { opened_log_ = &log; }
  const events::EventLog* opened_log() const { return opened_log_; }
  // nullptr until the log has said who it is.
  std::shared_ptr<const events::LogIdentity> log() const { return copy_of(log_); }

 private:
  template <class T>
  using Shared = std::shared_ptr<const T>;

  // A mutex, because the std::atomic<std::shared_ptr> of libstdc++ 12 gives its own lock back with relaxed
  // ordering, which ThreadSanitizer rightly calls a race.
  template <class T>
  Shared<T> copy_of(const Shared<T>& shared) const {
    const std::lock_guard lock(mutex_);
    return shared;
  }
  template <class T>
  Shared<T> exchange(Shared<T>& shared, Shared<T> by) {
    const std::lock_guard lock(mutex_);
    return std::exchange(shared, std::move(by));
  }

  Freshness freshness_;
  TokenWaiters waiters_;
  RebuildDesk rebuilds_;
  ChangeHub changes_;
  ProjectionFigures figures_;
  StreamFigures streams_;
  ParkedFigures parked_;
  Options options_;
  std::atomic<const events::EventLog*> opened_log_ = nullptr;
  mutable std::mutex mutex_;  // of both below
  Shared<std::filesystem::path> served_;
  Shared<events::LogIdentity> log_;
};

}  // namespace taskstream::projection
