#include "tests/contract/failing_disk.hpp"

#include <sqlite3.h>

#include <atomic>

namespace taskstream::tests {
namespace {

std::atomic<DiskFault> disk_fault = DiskFault::None;

// The VFS is the usual one in all but two methods of its journal files: SQLite finds a file's methods through its first
// member, so putting a changed table there is all it takes.
const sqlite3_vfs* usual_vfs = nullptr;
const sqlite3_io_methods* usual_methods = nullptr;
sqlite3_io_methods failing_methods;

int failing_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (disk_fault == DiskFault::FullOnWrite) return SQLITE_FULL;
  return usual_methods->xWrite(file, bytes, count, offset);
}

int failing_sync(sqlite3_file* file, int flags) {
  if (disk_fault == DiskFault::ErrorOnSync) return SQLITE_IOERR_FSYNC;
  return usual_methods->xSync(file, flags);
}

int failing_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = usual_vfs->xOpen(vfs, name, file, flags, out_flags);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
  static const bool once = [file] {
    usual_methods = file->pMethods;
    failing_methods = *usual_methods;
    failing_methods.xWrite = failing_write;
    failing_methods.xSync = failing_sync;
    return true;
  }();
  file->pMethods = once ? &failing_methods : file->pMethods;
  return code;
}

}  // namespace

void install_failing_disk() {
  if (usual_vfs != nullptr) return;
  static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  usual_vfs = sqlite3_vfs_find(nullptr);
  vfs.zName = "failing";
  vfs.xOpen = failing_open;
  sqlite3_vfs_register(&vfs, 1);
}

void set_disk_fault(DiskFault fault) {
  disk_fault = fault;
}

}  // namespace taskstream::tests
