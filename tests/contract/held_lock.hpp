#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace taskstream::tests {

// Holds a file log's lock, as another process would. Waits until whoever holds it lets go. It is the weaker of the two
// kinds: a log that took its lock in this kind, too, would exclude nobody, and come past this one.
class HeldLock {
 public:
  explicit HeldLock(const std::string& log_path)
      : descriptor_(::open((log_path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0 || flock(descriptor_, LOCK_SH) != 0) throw std::runtime_error("the log's lock cannot be taken");
  }
  ~HeldLock() { close(descriptor_); }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace taskstream::tests
