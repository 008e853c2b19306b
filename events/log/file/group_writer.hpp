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
  // False once the disk has failed at a commit (what that commit did cannot be known) or the file was taken away:
  // nothing is appended any more.
  bool is_working() const { return is_working_; }
  // How long commits took: each makes one group durable.
  Durations commits() const;
  std::size_t waiting() const;

 private:
  struct Waiting {
    Record record;
    EventLog::AppendDone done;
    Deadline deadline;
  };
  using Group = std::vector<Waiting>;

  static constexpr std::size_t kWaitingAtMost = 65'536;
  static constexpr std::size_t kGroupAtMost = 4'096;
  static constexpr int kCheckpointAtPages = 4'096;     // 16 MiB
  static constexpr int kCheckpointAgainAtPages = 256;  // 1 MiB further, where a reader was in the way
  static constexpr int kWaitForReadersMs = 100;

  void run();
  Group take_group();
  void append_group(Group group);
  void refuse_late(Group& group);
  std::optional<AppendOutcome> insert(Group& group, Offset& first, Instant& time);
  AppendOutcome commit();
  void note_commit(std::chrono::nanoseconds took);
  AppendOutcome stop(AppendOutcome::Status status, std::string reason);
  void checkpoint_if_long();

  const std::string path_;
  const std::chrono::milliseconds message_timeout_;
  LogFile file_;
  FileLock file_lock_;
  SQLite::Statement insert_;
  Doorbell bell_;
  std::string header_bytes_;    // kept, so that it is not allocated for each record
  int journal_pages_ = 0;       // in the journal after the last commit
  int checkpointed_pages_ = 0;  // of these, there at the last checkpoint
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> waiting_;
  Durations commits_;
  bool over_ = false;
  std::string stopped_because_;  // with is_working_ false
  std::atomic<bool> is_working_ = true;
  std::thread thread_;
};

}  // namespace taskstream::events
