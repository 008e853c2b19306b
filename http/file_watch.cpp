#include "http/file_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <tuple>

namespace taskstream::http {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);

// What tells one state of a file from another: the times catch writing in place, the number of the inode replacing, and
// the time of the last change of status a mode that lets the file be read at last. All zero = no file.
using Fingerprint = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;

Fingerprint fingerprint_of(const std::filesystem::path& file) {
  struct stat seen{};
  if (stat(file.c_str(), &seen) != 0) return {};
  return {seen.st_dev,          seen.st_ino,         seen.st_size,        seen.st_mtim.tv_sec,
          seen.st_mtim.tv_nsec, seen.st_ctim.tv_sec, seen.st_ctim.tv_nsec};
}

}  // namespace

class FileWatch::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, Files files, std::function<void()> changed)
      : context_(context),
        files_(std::move(files)),
        changed_(std::move(changed)),
        seen_(look()),
        signals_(context, SIGHUP),
        timer_(context) {}

  void start() {
    asio::co_spawn(context_, wait_for_changes(shared_from_this()), asio::detached);
    asio::co_spawn(context_, wait_for_signals(shared_from_this()), asio::detached);
  }

  void stop() {
    stopped_ = true;
    asio::post(context_, [self = shared_from_this()] {
      self->timer_.cancel();
      self->signals_.cancel();
    });
  }

 private:
  std::vector<Fingerprint> look() const {
    std::vector<Fingerprint> fingerprints;
    for (const auto& file : files_()) fingerprints.push_back(fingerprint_of(file));
    return fingerprints;
  }

  // A change that could not be followed is no reason to miss the next one.
  void tell() const {
    try {
      changed_();
    } catch (const std::exception& e) {
      spdlog::error("what a changed file asks for could not be done: {}", e.what());
    }
  }

  static asio::awaitable<void> wait_for_changes(std::shared_ptr<Impl> self) {
    while (!self->stopped_) {
      self->timer_.expires_after(kLookEvery);
      co_await self->timer_.async_wait(kAwaitable);
      if (self->stopped_) co_return;
      auto now = self->look();
      if (now == self->seen_) continue;
      self->seen_ = std::move(now);
      self->tell();
    }
  }

  static asio::awaitable<void> wait_for_signals(std::shared_ptr<Impl> self) {
    while (!self->stopped_) {
      const auto [error, number] = co_await self->signals_.async_wait(kAwaitable);
      if (error || self->stopped_) co_return;
      self->seen_ = self->look();
      self->tell();
    }
  }

  asio::io_context& context_;
  const Files files_;
  const std::function<void()> changed_;
  std::vector<Fingerprint> seen_;
  asio::signal_set signals_;
  asio::steady_timer timer_;
  std::atomic<bool> stopped_ = false;
};

FileWatch::FileWatch(asio::io_context& context, Files files, std::function<void()> changed)
    : impl_(std::make_shared<Impl>(context, std::move(files), std::move(changed))) {
  impl_->start();
}

FileWatch::~FileWatch() {
  impl_->stop();
}

}  // namespace taskstream::http
