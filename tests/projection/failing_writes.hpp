#pragma once

// Makes SQLite's writes to files fail, in this process, while a test asks for it: what it writes to databases and
// journals, and what it truncates or flushes.
namespace taskstream::projection::testing {

// Must be called before the first connection is opened.
void install_failing_writes();

// The n-th write from now on fails, counted from 1, once; and, where `disk_stays_full`, all after it.
void fail_write(int number, bool disk_stays_full = false);
// No more failing. Answers whether one has failed since fail_write().
bool stop_failing();

}  // namespace taskstream::projection::testing
