#include "tests/projection/failing_writes.hpp"

#include <sqlite3.h>

#include <map>
#include <mutex>

namespace taskstream::projection::testing {
namespace {

struct Plan {
  std::mutex mutex;
  int left = 0;  // writes until one fails; 0 = none does
  bool stays_full = false;
  bool has_failed = false;
};
Plan plan;

bool fails_now() {
  const std::lock_guard lock(plan.mutex);
  if (plan.has_failed && plan.stays_full) return true;
  if (plan.left == 0 || --plan.left > 0) return false;
  return plan.has_failed = true;
}

// The usual methods of a kind of file with some of them replaced. SQLite finds a file's methods through its first
// member, so the usual ones are found beside them.
struct Methods {
  sqlite3_io_methods replaced;
  const sqlite3_io_methods* usual;
};

const sqlite3_io_methods& usual(sqlite3_file* file) {
  return *reinterpret_cast<const Methods*>(file->pMethods)->usual;
}

int failing_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  return fails_now() ? SQLITE_FULL : usual(file).xWrite(file, bytes, count, offset);
}
int failing_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return fails_now() ? SQLITE_IOERR_TRUNCATE : usual(file).xTruncate(file, size);
}
int failing_sync(sqlite3_file* file, int flags) {
  return fails_now() ? SQLITE_IOERR_FSYNC : usual(file).xSync(file, flags);
}

const sqlite3_vfs* usual_vfs = nullptr;

int failing_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = usual_vfs->xOpen(vfs, name, file, flags, out_flags);
  if (code != SQLITE_OK || file->pMethods == nullptr) return code;
  static std::mutex mutex;
  static std::map<const sqlite3_io_methods*, Methods> made;
  const std::lock_guard lock(mutex);
  const auto [entry, is_new] = made.try_emplace(file->pMethods, Methods{.replaced = *file->pMethods, .usual = file->pMethods});
  if (is_new) {
    entry->second.replaced.xWrite = failing_write;
    entry->second.replaced.xTruncate = failing_truncate;
    entry->second.replaced.xSync = failing_sync;
  }
  file->pMethods = &entry->second.replaced;
  return code;
}

}  // namespace

void install_failing_writes() {
  if (usual_vfs != nullptr) return;
  usual_vfs = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs = *usual_vfs;
  vfs.zName = "failing-writes";
  vfs.xOpen = failing_open;
  sqlite3_vfs_register(&vfs, 1);
}

void fail_write(int number, bool disk_stays_full) {
  const std::lock_guard lock(plan.mutex);
  plan.left = number;
  plan.stays_full = disk_stays_full;
  plan.has_failed = false;
}

bool stop_failing() {
  const std::lock_guard lock(plan.mutex);
  plan.left = 0;
  plan.stays_full = false;
  return plan.has_failed;
}

}  // namespace taskstream::projection::testing
