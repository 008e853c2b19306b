#include "projection-service/replay/interruption.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

// What does not end by itself within this time after a signal is ended.
constexpr std::chrono::milliseconds kGrace{600};

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void take_away(const std::filesystem::path& path) {
  std::error_code ignored;  // on the way out, when nobody could do anything about it
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

Interruption::Interruption() : stop_(eventfd(0, EFD_CLOEXEC)) {
  if (stop_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

Interruption::~Interruption() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  const std::uint64_t one = 1;
  static_cast<void>(!write(stop_, &one, sizeof one));
  watcher_.join();
  close(stop_);
}

void Interruption::watch() {
  const sigset_t signals = ending_signals();
  const int heard = signalfd(-1, &signals, SFD_CLOEXEC);
  std::array<pollfd, 2> waited = {
      {{.fd = heard, .events = POLLIN, .revents = 0}, {.fd = stop_, .events = POLLIN, .revents = 0}}};
  while (poll(waited.data(), waited.size(), -1) < 0) {
  }
  close(heard);
  if ((waited[1].revents & POLLIN) != 0) return;
  std::unique_lock lock(mutex_);
  requested_ = true;
  changed_.notify_all();
  if (!changed_.wait_for(lock, kGrace, [this] { return over_; })) end_at_once();
}

void Interruption::end_at_once() {
  for (const auto& draft : drafts_) take_away(draft);
  const std::string words = last_words_ + (last_words_.empty() ? "" : "\n") + "taskstream-replay: interrupted\n";
  static_cast<void>(!write(STDERR_FILENO, words.data(), words.size()));
  _exit(kInterrupted);
}

void Interruption::set_last_words(std::string words) {
  const std::lock_guard lock(mutex_);
  last_words_ = std::move(words);
}

Drafts::~Drafts() {
  for (const auto& draft : mine_) {
    take_away(draft);
    const std::lock_guard lock(interruption_.mutex_);
    interruption_.drafts_.erase(draft);
  }
}

void Drafts::add(const std::filesystem::path& path) {
  mine_.insert(path);
  const std::lock_guard lock(interruption_.mutex_);
  interruption_.drafts_.insert(path);
}

void Drafts::forget(const std::filesystem::path& path) {
  mine_.erase(path);
  const std::lock_guard lock(interruption_.mutex_);
  interruption_.drafts_.erase(path);
}

}  // namespace taskstream::replay
