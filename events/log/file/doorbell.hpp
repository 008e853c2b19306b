#pragma once

#include <chrono>
#include <string>

namespace taskstream::events {

// Tells readers in every process that the log has grown. A hint, no more: whoever waits arms the bell first, then
// looks, then waits, and looks again every second even when it does not ring.
class Doorbell {
 public:
  // The bell is a small file beside the log, made when it is missing.
  explicit Doorbell(const std::string& log_path);
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  void ring();

 private:
  int file_ = -1;
};

// Waits for the bell. What rings after the construction is not missed.
class DoorbellWaiter {
 public:
  // Without a bell to hear, `at_most` ends every wait; `may_make_bell` makes one when it is missing.
  explicit DoorbellWaiter(const std::string& log_path, bool may_make_bell = true);
  ~DoorbellWaiter();
  DoorbellWaiter(const DoorbellWaiter&) = delete;
  DoorbellWaiter& operator=(const DoorbellWaiter&) = delete;

  void wait(std::chrono::milliseconds at_most);
  // Ends the wait that is under way, and every later one at once. From any thread.
  void stop();

 private:
  int inotify_ = -1;
  int stop_ = -1;
};

}  // namespace taskstream::events
