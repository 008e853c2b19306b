#include "events/log/file/log_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>

#include "events/log/file/schema.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events {
namespace {

// The lock has no queue: whoever waits for it looks again after this time.
constexpr std::chrono::microseconds kLockPause{100};
// A batch ends behind the record that reaches this size: it bounds the memory of a reader that is far behind.
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;
// What is left of a journal that a slow reader made grow, once it starts over.
constexpr int kJournalBytesKept = 64 * 1024 * 1024;

void put_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(length >> shift));
}

std::string_view take(std::string_view& bytes, std::size_t length) {
  if (length > bytes.size()) throw SQLite::Exception("it holds headers that cannot be read", SQLITE_CORRUPT);
  const std::string_view taken = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return taken;
}

std::string_view take_field(std::string_view& bytes) {
  const std::string_view length_bytes = take(bytes, 4);
  std::size_t length = 0;
  for (std::size_t i = 4; i-- > 0;) length = length << 8 | static_cast<unsigned char>(length_bytes[i]);
  return take(bytes, length);
}

std::string_view bytes_of(const SQLite::Column& column) {
  const auto* bytes = static_cast<const char*>(column.getBlob());  // null when there are none
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<std::size_t>(column.getBytes()));
}

LogRecord to_log_record(SQLite::Statement& row) {
  LogRecord record;
  record.position = {.partition = 0, .offset = row.getColumn(0).getInt64()};
  record.log_time = Instant(Instant::duration(row.getColumn(1).getInt64()));
  if (!row.getColumn(2).isNull()) record.record.key = bytes_of(row.getColumn(2));
  record.record.headers = decode_headers(bytes_of(row.getColumn(3)));
  record.record.value = bytes_of(row.getColumn(4));
  return record;
}

// Ends a read on every way out: a snapshot that stayed open would keep the journal from ever starting over.
class Reading {
 public:
  explicit Reading(SQLite::Statement& statement) : statement_(statement) {}
  ~Reading() { statement_.tryReset(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  SQLite::Statement& statement_;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw LogRefused("file:" + path + " " + why + " Name another file with --log file:PATH.");
}

}  // namespace

LogFile::LogFile(const std::string& path, int flags) : path_(path) {
  try {
    database_ = std::make_unique<SQLite::Database>(path, flags, kBusyTimeoutMs);
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database_->exec("PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA synchronous=FULL");
    database_->exec("PRAGMA journal_size_limit=" + std::to_string(kJournalBytesKept));
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_NOTADB) refuse(path, "is not a Taskstream log.");
    throw std::runtime_error("file:" + path + " cannot be opened: " + error.what());
  }
  if (stat(path.c_str(), &opened_) != 0) throw LogMissing("file:" + path + " went away while it was opened.");
}

LogFile LogFile::open(const std::string& path, Access access) {
  if (!std::filesystem::exists(path)) throw LogMissing("file:" + path + " does not exist yet.");
  LogFile file(path, access == Access::ReadOnly ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE);
  const int id = file.database_->execAndGet("PRAGMA application_id").getInt();
  if (id == 0 && file.database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {
    throw LogMissing("file:" + path + " is empty yet.");
  }
  if (id != kFileLogApplicationId) refuse(path, "is not a Taskstream log.");
  if (file.database_->execAndGet("PRAGMA user_version").getInt() != kFileLogVersion) {
    refuse(path, "was written by another version of Taskstream.");
  }
  file.end_.emplace(*file.database_, "SELECT record_offset, log_time FROM records ORDER BY record_offset DESC LIMIT 1");
  file.read_.emplace(
      *file.database_,
      "SELECT record_offset, log_time, key, headers, value FROM records WHERE record_offset >= ? ORDER BY "
      "record_offset LIMIT ?");
  return file;
}

void LogFile::create_if_missing(const std::string& path, Deadline deadline) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) throw LogRefused("the folder of file:" + path + " cannot be made: " + error.message());
  FileLock lock(path);
  const std::unique_lock held(lock, deadline);
  if (!held) throw std::runtime_error("file:" + path + " is held by another process that does not let go of its lock.");
  try {
    open(path);
  } catch (const LogMissing&) {
    LogFile file(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    file.database_->exec("PRAGMA journal_mode=WAL");
    SQLite::Transaction transaction(*file.database_);
    file.database_->exec("PRAGMA application_id=" + std::to_string(kFileLogApplicationId));
    file.database_->exec("PRAGMA user_version=" + std::to_string(kFileLogVersion));
    file.database_->exec(kFileLogSchema);
    transaction.commit();
  }
}

LogFile::End LogFile::end() {
  const Reading reading(*end_);
  if (!end_->executeStep()) return {};
  return {.next = end_->getColumn(0).getInt64() + 1,
          .last_time = Instant(Instant::duration(end_->getColumn(1).getInt64()))};
}

std::vector<LogRecord> LogFile::read(Offset from, int at_most) {
  std::vector<LogRecord> records;
  const Reading reading(*read_);
  read_->bind(1, from);
  read_->bind(2, at_most);
  for (std::size_t bytes = 0; bytes < kBatchBytes && read_->executeStep();
       bytes += records.back().record.value.size()) {
    records.push_back(to_log_record(*read_));
  }
  return records;
}

bool LogFile::is_in_place() const {
  struct stat now{};
  return stat(path_.c_str(), &now) == 0 && now.st_ino == opened_.st_ino && now.st_dev == opened_.st_dev;
}

FileLock::FileLock(const std::string& log_path)
    : descriptor_(::open((log_path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ >= 0) return;
  throw LogRefused("file:" + log_path + ".lock cannot be opened: " + std::generic_category().message(errno));
}

FileLock::~FileLock() {
  close(descriptor_);
}

bool FileLock::try_lock_until(Deadline deadline) {
  while (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLockPause);
  }
  return true;
}

void FileLock::unlock() {
  flock(descriptor_, LOCK_UN);
}

void encode_headers(const std::vector<Header>& headers, std::string& bytes) {
  bytes.clear();
  std::size_t size = 0;
  for (const Header& header : headers) size += 8 + header.name.size() + header.value.size();
  bytes.reserve(size);
  for (const Header& header : headers) {
    put_length(bytes, header.name.size());
    bytes += header.name;
    put_length(bytes, header.value.size());
    bytes += header.value;
  }
}

std::vector<Header> decode_headers(std::string_view bytes) {
  std::vector<Header> headers;
  while (!bytes.empty()) {
    Header header;
    header.name = take_field(bytes);
    header.value = take_field(bytes);
    headers.push_back(std::move(header));
  }
  return headers;
}

}  // namespace taskstream::events
