#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace taskstream::http {

// What main waits for: that somebody asks the process to end, with which exit code. The first who asks is heard.
// Thread-safe.
class StopSignal {
 public:
  void request(int exit_code) {
    const std::lock_guard lock(mutex_);
    if (!exit_code_) exit_code_ = exit_code;
    requested_.notify_all();
  }

  int wait() {
    std::unique_lock lock(mutex_);
    requested_.wait(lock, [this] { return exit_code_.has_value(); });
    return *exit_code_;
  }

  // The exit code, if it was requested within this time.
  std::optional<int> wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    requested_.wait_for(lock, time, [this] { return exit_code_.has_value(); });
    return exit_code_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable requested_;
  std::optional<int> exit_code_;
};

}  // namespace taskstream::http
