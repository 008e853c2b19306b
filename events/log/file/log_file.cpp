#include "events/log/file/log_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

#include "events/log/file/schema.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events {
namespace {

// The lock has no queue: whoever waits for it looks again after this time.
constexpr std::chrono::microseconds kLockPause{100};

void put_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(length >> shift));
}

std::string_view take(std::string_view& bytes, std::size_t length) {
  if (length > bytes.size()) throw std::runtime_error("the file log holds headers that cannot be read");
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

std::string to_string(const SQLite::Column& column) {
  return std::string(static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes()));
}

LogRecord to_log_record(SQLite::Statement& row) {
  LogRecord record;
  record.position = {.partition = 0, .offset = row.getColumn(0).getInt64()};
  record.log_time = Instant(Instant::duration(row.getColumn(1).getInt64()));
  if (!row.getColumn(2).isNull()) record.record.key = to_string(row.getColumn(2));
  record.record.headers = decode_headers(to_string(row.getColumn(3)));
  record.record.value = to_string(row.getColumn(4));
  return record;
}

void refuse(const std::string& path, const std::string& why) {
  throw LogRefused("file:" + path + " " + why + " Name another file with --log file:PATH.");
}

}  // namespace

LogFile::LogFile(const std::string& path, int flags) : path_(path) {
  try {
    database_ = std::make_unique<SQLite::Database>(path, flags, 2'000);
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database_->exec("PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA synchronous=FULL");
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_NOTADB) refuse(path, "is not a Taskstream log.");
    throw LogRefused("file:" + path + " cannot be opened: " + error.what());
  }
  struct stat status{};
  if (stat(path.c_str(), &status) == 0) inode_ = status.st_ino;
}

LogFile LogFile::open(const std::string& path) {
  if (!std::filesystem::exists(path)) throw LogMissing("file:" + path + " does not exist yet.");
  LogFile file(path, SQLite::OPEN_READWRITE);
  const int id = file.database_->execAndGet("PRAGMA application_id").getInt();
  if (id == 0 && file.database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {
    throw LogMissing("file:" + path + " is empty yet.");
  }
  if (id != kFileLogApplicationId) refuse(path, "is not a Taskstream log.");
  if (file.database_->execAndGet("PRAGMA user_version").getInt() != kFileLogVersion) {
    refuse(path, "was written by another version of Taskstream.");
  }
  file.end_.emplace(*file.database_, "SELECT coalesce(max(record_offset) + 1, 0) FROM records");
  file.read_.emplace(
      *file.database_,
      "SELECT record_offset, log_time, key, headers, value FROM records WHERE record_offset >= ? ORDER BY "
      "record_offset LIMIT ?");
  return file;
}

LogFile LogFile::create_or_open(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) throw LogRefused("the folder of file:" + path + " cannot be made: " + error.message());
  const auto lock = FileLock::acquire(path, std::chrono::steady_clock::now() + std::chrono::seconds(10));
  if (!lock) throw LogRefused("file:" + path + " is held by another process that does not let go of its lock.");
  try {
    return open(path);
  } catch (const LogMissing&) {
    LogFile file(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    file.database_->exec("PRAGMA journal_mode=WAL");
    SQLite::Transaction transaction(*file.database_);
    file.database_->exec("PRAGMA application_id=" + std::to_string(kFileLogApplicationId));
    file.database_->exec("PRAGMA user_version=" + std::to_string(kFileLogVersion));
    file.database_->exec(kFileLogSchema);
    transaction.commit();
  }
  return open(path);
}

Offset LogFile::end() {
  end_->executeStep();
  const Offset end = end_->getColumn(0).getInt64();
  end_->reset();  // or the snapshot would be kept, and the WAL could never be started over
  return end;
}

std::vector<LogRecord> LogFile::read(Offset from, int at_most) {
  std::vector<LogRecord> records;
  read_->bind(1, from);
  read_->bind(2, at_most);
  while (read_->executeStep()) records.push_back(to_log_record(*read_));
  read_->reset();
  return records;
}

Instant LogFile::last_time() {
  const auto micros = database_->execAndGet(
      "SELECT coalesce(max(log_time), 0) FROM records WHERE record_offset = "
      "(SELECT max(record_offset) FROM records)");
  return Instant(Instant::duration(micros.getInt64()));
}

bool LogFile::is_in_place() const {
  struct stat status{};
  return stat(path_.c_str(), &status) == 0 && status.st_ino == inode_;
}

std::size_t LogFile::wal_bytes() const {
  struct stat status{};
  return stat((path_ + "-wal").c_str(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

std::optional<FileLock> FileLock::acquire(const std::string& path, Deadline deadline) {
  const int descriptor = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    throw LogRefused("file:" + path + ".lock cannot be opened: " + std::generic_category().message(errno));
  }
  FileLock lock(descriptor);
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string encode_headers(const std::vector<Header>& headers) {
  std::string bytes;
  std::size_t size = 0;
  for (const Header& header : headers) size += 8 + header.name.size() + header.value.size();
  bytes.reserve(size);
  for (const Header& header : headers) {
    put_length(bytes, header.name.size());
    bytes += header.name;
    put_length(bytes, header.value.size());
    bytes += header.value;
  }
  return bytes;
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
