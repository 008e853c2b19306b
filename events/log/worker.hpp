#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace taskstream::events {

// Runs one job after another on a thread of its own, so that nobody who asks a log is blocked by it. Destruction runs
// what still waits. Thread-safe.
class Worker {
 public:
  Worker();
  ~Worker();

  void post(std::function<void()> job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace taskstream::events
