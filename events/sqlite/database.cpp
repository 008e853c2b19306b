#include "events/sqlite/database.hpp"

#include <sqlite3.h>

namespace taskstream::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::uintmax_t kCheckedBytes = 256 * 1024 * 1024;

int flags_of(Database::Mode mode) {
  return SQLite::OPEN_NOMUTEX |
         (mode == Database::Mode::ReadOnly ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

int remember_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode, int cache_kib)
    : connection_(path.string(), flags_of(mode), kBusyTimeoutMs) {
  sqlite3* handle = connection_.getHandle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_extended_result_codes(handle, 1);
  connection_.exec("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -" +
                   std::to_string(cache_kib));
  if (mode == Mode::ReadOnly) return;
  // A commit need not reach the disk at once: what a power cut takes is read from the log again, rows and position
  // alike.
  connection_.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
  sqlite3_wal_hook(handle, remember_pages, &wal_pages_);
}

Database::~Database() = default;

std::optional<std::string> Database::find_damage() {
  if (std::filesystem::file_size(connection_.getFilename()) > kCheckedBytes) return std::nullopt;
  const std::string verdict = connection_.execAndGet("PRAGMA quick_check(1)").getString();
  return verdict != "ok" ? std::optional(verdict) : std::nullopt;
}

void Database::checkpoint() {
  // Not reaching the end is no error: a reader holds an older snapshot, and the next checkpoint gets further.
  sqlite3_wal_checkpoint_v2(connection_.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

bool means_damage(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

}  // namespace taskstream::sqlite
