#include "events/log/file/file_tail.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <utility>

namespace taskstream::events {
namespace {

constexpr int kBatch = 1'000;
// Between two looks at a bell that does not ring, and between two checks that the file is still the same.
constexpr std::chrono::milliseconds kLookAgain{1'000};

}  // namespace

FileTail::FileTail(const std::string& path, LogFile::Access access, Checkpoint from, Follower& follower)
    : path_(path),
      waiter_(path, access == LogFile::Access::ReadWrite),
      file_(LogFile::open(path, access)),
      checkpoint_(std::move(from)),
      thread_([this, &follower] { run(follower); }) {}

FileTail::~FileTail() {
  over_ = true;
  waiter_.stop();
  thread_.join();
}

void FileTail::run(Follower& follower) {
  std::string last_failure;
  while (!over_) {
    try {
      const auto now = std::chrono::steady_clock::now();
      if (now >= next_check_) {
        if (auto damage = find_damage()) return follower.on_log_damaged(*std::move(damage));
        next_check_ = now + kLookAgain;
      }
      if (!deliver(follower)) waiter_.wait(kLookAgain);
    } catch (const SQLite::Exception& failure) {
      const int code = failure.getErrorCode();
      if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        return follower.on_log_damaged("The log file:" + path_ + " is damaged: " + failure.what());
      }
      // Busy with its recovery, out of memory or descriptors: it may pass, and nothing was skipped.
      if (last_failure != failure.what()) spdlog::warn("log file:{} cannot be read: {}", path_, failure.what());
      last_failure = failure.what();
      waiter_.wait(kLookAgain);
    }
  }
}

// Delivers the next batch, or that there is none. False when nothing is left to tell.
bool FileTail::deliver(Follower& follower) {
  std::vector<LogRecord> records = file_.read(checkpoint_.at(0).next, kBatch);
  if (records.empty()) {
    if (std::exchange(told_end_, true)) return false;
    follower.on_partition_end({.partition = 0, .offset = checkpoint_.at(0).next});
    return true;
  }
  checkpoint_.advance(records.back());
  told_end_ = false;
  follower.on_records(std::move(records));
  return true;
}

std::optional<std::string> FileTail::find_damage() {
  const std::string log = "The log file:" + path_;
  if (!file_.is_in_place()) return log + " was deleted or replaced while it was in use. Restart on the right file.";
  const PartitionCheckpoint at = checkpoint_.at(0);
  const Offset end = file_.end().next;
  if (at.next > end) {
    return log + " ends at offset " + std::to_string(end) + ", but was read up to " + std::to_string(at.next) +
           ": it was replaced by an older copy or another log. Bring the right file back, or rebuild from this one.";
  }
  if (at.last_offset < 0) return std::nullopt;
  const std::vector<LogRecord> last = file_.read(at.last_offset, 1);
  if (last.empty() || last.front().position.offset != at.last_offset ||
      identity_of(last.front().record) != at.last_id) {
    return log + " holds another record at offset " + std::to_string(at.last_offset) +
           " than was read there: it is not the log that was followed.";
  }
  return std::nullopt;
}

}  // namespace taskstream::events
