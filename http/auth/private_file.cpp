#include "http/auth/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace taskstream::http {
namespace {

constexpr std::int64_t kMaxBytes = 16 * 1024 * 1024;
constexpr mode_t kOwnersAlone = S_IRUSR | S_IWUSR;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw std::runtime_error(what + " `" + path.string() + "`: " + std::strerror(errno));
}

void write_all(int file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync(int file, const std::filesystem::path& path) {
  if (::fsync(file) != 0) fail("cannot write", path);
}

}  // namespace

std::string read_small_file(const std::filesystem::path& path, Readers readers) {
  // Without waiting for whoever might write into a pipe of this name.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) fail("cannot read", path);
  if (!S_ISREG(status.st_mode)) throw std::runtime_error("`" + path.string() + "` is not a regular file");
  if (readers == Readers::OwnerAlone && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw std::runtime_error("`" + path.string() + "` can be read or written by others than its owner: chmod 600 it");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw std::runtime_error("`" + path.string() + "` can be written by others than its owner: chmod go-w it");
  }
  if (status.st_size > kMaxBytes) throw std::runtime_error("`" + path.string() + "` is larger than 16 MiB");

  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

void replace_private_file(const std::filesystem::path& path, const std::string& text) {
  struct stat replaced{};
  const bool is_there = ::stat(path.c_str(), &replaced) == 0;
  const auto target = is_there ? std::filesystem::canonical(path) : std::filesystem::absolute(path);
  auto beside = target;
  beside += ".new";
  ::unlink(beside.c_str());  // left by a process that died
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnersAlone));
    if (file.get() < 0) fail("cannot make", beside);
    // Root may do this for a service that runs as somebody else, and has to go on reading the file.
    const bool is_anothers = is_there && (replaced.st_uid != ::geteuid() || replaced.st_gid != ::getegid());
    if (is_anothers && ::fchown(file.get(), replaced.st_uid, replaced.st_gid) != 0) {
      fail("cannot keep the owner of", target);
    }
    if (::fchmod(file.get(), kOwnersAlone) != 0) fail("cannot write", beside);
    write_all(file.get(), text, beside);
    sync(file.get(), beside);
  }
  if (::rename(beside.c_str(), target.c_str()) != 0) fail("cannot replace", target);
  const auto folder = target.parent_path();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) fail("cannot open", folder);
  sync(opened.get(), folder);
}

}  // namespace taskstream::http
