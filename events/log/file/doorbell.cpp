#include "events/log/file/doorbell.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace taskstream::events {
namespace {

std::string bell_path(const std::string& log_path) {
  return log_path + ".bell";
}

int checked(int descriptor, const std::string& what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

int open_bell(const std::string& log_path) {
  const std::string path = bell_path(log_path);
  return checked(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644), path);
}

}  // namespace

Doorbell::Doorbell(const std::string& log_path) : file_(open_bell(log_path)) {}

Doorbell::~Doorbell() {
  close(file_);
}

void Doorbell::ring() {
  // A bell that fails costs readers a second at most: they look again by themselves.
  [[maybe_unused]] const ssize_t written = pwrite(file_, "!", 1, 0);
}

DoorbellWaiter::DoorbellWaiter(const std::string& log_path, bool may_make_bell) {
  if (may_make_bell) close(open_bell(log_path));
  inotify_ = checked(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify");
  const int watch = inotify_add_watch(inotify_, bell_path(log_path).c_str(), IN_MODIFY);
  if (may_make_bell) checked(watch, bell_path(log_path));
  stop_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
}

DoorbellWaiter::~DoorbellWaiter() {
  close(inotify_);
  close(stop_);
}

void DoorbellWaiter::wait(std::chrono::milliseconds at_most) {
  std::array<pollfd, 2> waited = {
      {{.fd = inotify_, .events = POLLIN, .revents = 0}, {.fd = stop_, .events = POLLIN, .revents = 0}}};
  poll(waited.data(), waited.size(), static_cast<int>(at_most.count()));
  std::array<char, 4096> rung;
  while (read(inotify_, rung.data(), rung.size()) > 0) {
  }
}

void DoorbellWaiter::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof(one));
}

}  // namespace taskstream::events
