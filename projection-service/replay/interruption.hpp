#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace taskstream::replay {

// Somebody asked the process to end; what was begun has been, or will be, undone on the way out.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

// SIGINT and SIGTERM, as a fact that everything long looks at. Whatever does not look (a library that waits for a
// broker) is ended after a moment, with the drafts removed, so that the process is gone within a second. Made before
// any other thread, which inherits that it does not hear these signals. Thread-safe.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  bool requested() const { return requested_; }
  // The same for whoever looks at a flag of its own accord.
  const std::atomic<bool>& flag() const { return requested_; }
  void throw_if_requested() const {
    if (requested_) throw Interrupted();
  }
  // Said on standard error when the process has to be ended; empty = nothing.
  void set_last_words(std::string words);

 private:
  friend class Drafts;
  void watch();
  void end_at_once();

  std::atomic<bool> requested_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::set<std::filesystem::path> drafts_;
  std::string last_words_;
  int stop_ = -1;
  std::thread watcher_;
};

// Files and folders that must not outlive this object, however the process ends. (A killed process leaves them.)
class Drafts {
 public:
  explicit Drafts(Interruption& interruption) : interruption_(interruption) {}
  ~Drafts();
  Drafts(const Drafts&) = delete;
  Drafts& operator=(const Drafts&) = delete;

  void add(const std::filesystem::path& path);
  // It has become something else, under another name.
  void forget(const std::filesystem::path& path);

 private:
  Interruption& interruption_;
  std::set<std::filesystem::path> mine_;
};

}  // namespace taskstream::replay
