#pragma once

// Makes SQLite's writes to a journal fail, in this process, while a test asks for it.
namespace taskstream::tests {

enum class DiskFault {
  None,
  FullOnWrite,  // ENOSPC, before anything of it is written
  ErrorOnSync,  // the bytes are written; whether they are on the disk is not known
};

// Must be called before the first connection is opened.
void install_failing_disk();
void set_disk_fault(DiskFault fault);

}  // namespace taskstream::tests
