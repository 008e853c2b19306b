#include "events/log/file/new_file_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include "events/log/file/file_event_log.hpp"
#include "events/log/file/log_file.hpp"

namespace taskstream::events {
namespace {

constexpr std::chrono::milliseconds kLockWait{5'000};
// What lies beside a log: SQLite's journal and its index, the lock of commits, the bell.
constexpr std::array kBeside = {"-wal", "-shm", ".lock", ".bell"};

void refuse_records(const std::string& path) {
  try {
    LogFile file = LogFile::open(path, LogFile::Access::ReadOnly);
    if (file.end().next == 0) return;
  } catch (const LogMissing&) {
    return;
  }
  throw LogRefused("file:" + path + " has records already, and events are imported into an empty log alone. Name a " +
                   "file that is not there yet with --log file:PATH.");
}

// Everything into the one file: what is renamed must not need a journal beside it.
void fold_journal_in(const std::string& path) {
  LogFile file = LogFile::open(path);
  if (file.database().execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0) {
    throw std::runtime_error("file:" + path + " is being read by another process: nothing was put in place.");
  }
}

void flush_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 || fsync(descriptor) != 0) {
    const std::error_code why(errno, std::generic_category());
    if (descriptor >= 0) close(descriptor);
    throw std::system_error(why, folder.string());
  }
  close(descriptor);
}

class NewFileLog final : public NewLog {
 public:
  NewFileLog(std::string path, LogOptions options, Deadline deadline)
      : path_(std::move(path)), draft_(path_ + ".importing-" + std::to_string(getpid())) {
    refuse_records(path_);
    remove_draft();
    options.create = true;
    log_ = open_file_log({draft_}, options, deadline);
  }
  ~NewFileLog() override {
    log_.reset();
    remove_draft();
  }

  EventLog& log() override { return *log_; }

  void finish() override {
    log_.reset();
    fold_journal_in(draft_);
    // Under the lock of the log that it becomes: a service that makes its own one there at this moment comes before or
    // after, never between.
    FileLock lock(path_);
    const std::unique_lock held(lock, std::chrono::steady_clock::now() + kLockWait);
    if (!held) throw std::runtime_error("another process holds " + path_ + ".lock");
    refuse_records(path_);
    for (const char* journal : {"-wal", "-shm"}) std::filesystem::remove(path_ + journal);
    std::filesystem::rename(draft_, path_);
    flush_folder_of(path_);
    remove_draft();
  }

  std::vector<std::filesystem::path> drafts() const override {
    std::vector<std::filesystem::path> files = {draft_};
    for (const char* beside : kBeside) files.emplace_back(draft_ + beside);
    return files;
  }
  std::string left_behind() const override { return {}; }

 private:
  void remove_draft() {
    std::error_code ignored;  // what cannot be removed is a draft of nobody, and no log
    for (const auto& file : drafts()) std::filesystem::remove(file, ignored);
  }

  const std::string path_;
  const std::string draft_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace

std::unique_ptr<NewLog> begin_file_log(const FileUrl& url, const LogOptions& options, Deadline deadline) {
  return std::make_unique<NewFileLog>(url.path, options, deadline);
}

}  // namespace taskstream::events
