#include "http/auth/token/token_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "http/auth/private_file.hpp"

namespace taskstream::http::token {
namespace {

// The auth file itself is replaced, so that a lock on it would be one on a file that is gone: another stands beside it.
// The system gives it back when the process ends, however it ends.
class Lock {
 public:
  explicit Lock(std::filesystem::path path) {
    path += ".lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    int locked = file_ < 0 ? -1 : ::flock(file_, LOCK_EX);
    while (file_ >= 0 && locked != 0 && errno == EINTR) locked = ::flock(file_, LOCK_EX);
    if (locked != 0) throw std::runtime_error("cannot lock `" + path.string() + "`: " + std::strerror(errno));
  }
  ~Lock() { ::close(file_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace

void change_auth_file(const std::filesystem::path& path, bool may_begin, const std::function<bool(AuthFile&)>& change) {
  const Lock lock(path);
  const bool begins = may_begin && !std::filesystem::exists(path);
  auto file = begins ? AuthFile{} : read_auth_file(path);
  if (change(file)) replace_private_file(path, to_text(file));
}

}  // namespace taskstream::http::token
