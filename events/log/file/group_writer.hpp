#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/log/event_log.hpp"
#include "events/log/file/doorbell.hpp"
#include "events/log/file/log_file.hpp"

namespace taskstream::events {

// Appends to the file on a thread of its own: whatever waits when it turns to the queue becomes one transaction, so
// that one flush to the disk serves them all. Thread-safe.
class GroupWriter {
 public:
  GroupWriter(const std::string& path, std::chrono::milliseconds message_timeout);
  ~GroupWriter();

  void append(Record record, EventLog::AppendDone done);
  // False once the disk has failed at a commit: what that commit did cannot be known, so nothing is appended any more.
  bool is_working() const { return is_working_; }

 private:
  struct Waiting {
    Record record;
    EventLog::AppendDone done;
    Deadline deadline;
  };
  using Group = std::vector<Waiting>;

  static constexpr std::size_t kWaitingAtMost = 65'536;
  static constexpr std::size_t kGroupAtMost = 4'096;
  static constexpr std::size_t kCheckpointAtBytes = 16 * 1024 * 1024;

  void run();
  Group take_group();
  void append_group(Group group);
  std::optional<AppendOutcome> insert(Group& group, Offset& first, Instant& time);
  AppendOutcome commit();
  void checkpoint_if_long();

  const std::string path_;
  const std::chrono::milliseconds message_timeout_;
  LogFile file_;
  SQLite::Statement insert_;
  Doorbell bell_;
  Instant last_time_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> waiting_;
  bool over_ = false;
  std::atomic<bool> is_working_ = true;
  std::thread thread_;
};

}  // namespace taskstream::events
