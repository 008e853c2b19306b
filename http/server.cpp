#include "http/server.hpp"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <unordered_set>

#include "http/file_watch.hpp"
#include "http/session.hpp"

namespace taskstream::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kAcceptPause{100};  // after accept failed, unless a connection ends before
constexpr std::chrono::milliseconds kAbortTime{500};    // for connections to notice that their sockets were closed
constexpr rlim_t kOtherFiles = 512;                     // beside connections: the log, the read model, …
// What the kernel takes of an answer before the client is ready for it: it would keep megabytes for each that does not
// read, and have them made.
constexpr int kUnsentBytes = 128 * 1024;
constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);

tcp::endpoint endpoint_of(const ServerOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) throw std::runtime_error("cannot listen on `" + options.host + "`: give an IP address, e.g. 127.0.0.1");
  return {address, options.port};
}

// How many connections there may be: as many as are wanted (0 = any number), or as many as the system lets this process
// have beside the files of the log and the read model, which clients must not be able to take away from it.
std::size_t fit_connections(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const auto needed = wanted == 0 ? limit.rlim_max : std::min(limit.rlim_max, wanted + kOtherFiles);
  if (limit.rlim_cur < needed) {
    const rlimit raised{.rlim_cur = needed, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = needed;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto fitting = limit.rlim_cur - std::min(kOtherFiles, limit.rlim_cur / 2);
  if (wanted != 0 && wanted <= fitting) return wanted;
  if (wanted != 0) {
    spdlog::warn("the system allows {} open files, so no more than {} connections are taken, not {}: raise `ulimit -n`",
                 limit.rlim_cur, fitting, wanted);
  }
  return fitting;
}

// Belongs to the first worker's context, and to its handlers alone.
struct Listener {
  tcp::acceptor acceptor;
  asio::steady_timer slot_freed;  // cancelled when a connection ends

  Listener(asio::io_context& context, const tcp::endpoint& endpoint) : acceptor(context), slot_freed(context) {
    try {
      acceptor.open(endpoint.protocol());
      acceptor.set_option(tcp::acceptor::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen(kBacklog);
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + endpoint.address().to_string() + " port " +
                               std::to_string(endpoint.port()) + ": " + error.code().message() +
                               "; choose another with --listen HOST:PORT");
    }
  }
};

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(ServerOptions options, std::vector<Worker> workers) : settings_{.options = std::move(options)} {
    if (workers.empty()) throw std::logic_error("a server needs a worker");
    const auto endpoint = endpoint_of(settings_.options);
    max_connections_ = fit_connections(settings_.options.limits.connections);
    if (settings_.options.tls) settings_.tls = std::make_shared<TlsCertificate>(*settings_.options.tls);
    if (const auto rate = settings_.options.limits.request_rate; rate != 0) {
      settings_.rate_limiter = std::make_unique<RateLimiter>(rate);
    }
    const bool bound_to_loopback = endpoint.address().is_loopback();
    for (auto& worker : workers) lanes_.push_back(std::make_unique<Lane>(worker, settings_, bound_to_loopback));
    listener_ = std::make_shared<Listener>(lanes_.front()->worker.context, endpoint);
    endpoint_ = listener_->acceptor.local_endpoint();
  }

  const tcp::endpoint& endpoint() const { return endpoint_; }
  bool is_secure() const { return settings_.tls != nullptr; }

  void start() {
    if (const auto tls = settings_.tls) {
      const std::vector<std::filesystem::path> files{tls->files().certificate, tls->files().key};
      tls_watch_.emplace(lanes_.front()->worker.context, [files] { return files; }, [tls] { tls->reload(); });
    }
    weak_listener_ = listener_;
    asio::co_spawn(lanes_.front()->worker.context, accept_connections(shared_from_this(), std::move(listener_)),
                   asio::detached);
  }

  void stop_accepting() {
    draining_ = true;
    on_listener([](Listener& listener) {
      error_code ignored;
      listener.acceptor.close(ignored);
      listener.slot_freed.cancel();
    });
  }

  void drain(std::chrono::milliseconds deadline) {
    stop_accepting();
    listener_.reset();  // still here when it was never started
    for_each_session(&Session::drain);
    std::unique_lock lock(mutex_);
    const auto all_ended = [this] { return open_ == 0; };
    if (all_ended_.wait_for(lock, deadline, all_ended)) return;
    spdlog::warn("{} connections are cut off: they did not end in time", open_.load());
    for_each_session(&Session::abort);
    all_ended_.wait_for(lock, kAbortTime, all_ended);
  }

 private:
  // A worker with its sessions, which its thread alone touches.
  struct Lane {
    Lane(const Worker& its_worker, const SessionSettings& settings, bool bound_to_loopback)
        : worker(its_worker),
          admission(settings.options, bound_to_loopback, worker.router, settings.rate_limiter.get()) {}

    Worker worker;
    Admission admission;
    std::unordered_set<Session*> sessions;
  };

  void on_listener(void (*action)(Listener&)) {
    asio::post(lanes_.front()->worker.context, [weak = weak_listener_, action] {
      if (const auto listener = weak.lock()) action(*listener);
    });
  }

  void for_each_session(void (Session::*action)()) {
    for (auto& lane : lanes_) {
      asio::post(lane->worker.context, [self = shared_from_this(), &lane = *lane, action] {
        for (auto* session : lane.sessions) (session->*action)();
      });
    }
  }

  bool is_full() const { return max_connections_ != 0 && open_ >= max_connections_; }

  static asio::awaitable<void> await_end_of_one(Listener& listener, asio::steady_timer::time_point at_latest) {
    listener.slot_freed.expires_at(at_latest);
    co_await listener.slot_freed.async_wait(kAwaitable);
  }

  static asio::awaitable<void> accept_connections(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener) {
    constexpr auto kEver = asio::steady_timer::time_point::max();
    for (std::size_t next = 0; !self->draining_; next = (next + 1) % self->lanes_.size()) {
      // Whoever comes meanwhile waits in the kernel's queue.
      while (self->is_full() && !self->draining_) co_await await_end_of_one(*listener, kEver);
      auto& lane = *self->lanes_[next];
      auto [error, socket] = co_await listener->acceptor.async_accept(lane.worker.context, kAwaitable);
      if (self->draining_) co_return;
      if (error) {
        if (!self->cannot_accept_) spdlog::warn("no connection is accepted until there is room: {}", error.message());
        self->cannot_accept_ = true;
        co_await await_end_of_one(*listener, std::chrono::steady_clock::now() + kAcceptPause);
        continue;
      }
      if (self->cannot_accept_) spdlog::info("connections are accepted again");
      self->cannot_accept_ = false;
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof kUnsentBytes);
      ++self->open_;
      if (auto* observer = self->settings_.options.observer) observer->on_connection_opened();
      asio::co_spawn(lane.worker.context, serve(self, lane, std::move(socket)),
                     [self](const std::exception_ptr& error_thrown) { self->note_end(error_thrown); });
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Impl> self, Lane& lane, tcp::socket socket) {
    Session session(std::move(socket), self->settings_, lane.admission);
    struct Listed {
      Lane& lane;
      Session* session;
      ~Listed() { lane.sessions.erase(session); }
    };
    lane.sessions.insert(&session);
    const Listed listed{.lane = lane, .session = &session};
    if (self->draining_) session.drain();
    co_await session.run();
  }

  void note_end(const std::exception_ptr& error_thrown) {
    try {
      if (error_thrown) std::rethrow_exception(error_thrown);
    } catch (const std::exception& error) {
      spdlog::error("a connection ended: {}", error.what());
    } catch (...) {
      spdlog::error("a connection ended for an unknown reason");
    }
    const bool was_full = is_full();
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    if (settings_.options.observer != nullptr) settings_.options.observer->on_connection_closed();
    all_ended_.notify_all();
    if ((was_full || cannot_accept_) && !draining_) {
      on_listener([](Listener& listener) { listener.slot_freed.cancel(); });
    }
  }

  SessionSettings settings_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::shared_ptr<Listener> listener_;  // until it starts; then the coroutine that accepts is its owner
  std::weak_ptr<Listener> weak_listener_;
  tcp::endpoint endpoint_;
  std::optional<FileWatch> tls_watch_;
  std::size_t max_connections_ = 0;  // 0 = any number
  std::atomic<bool> draining_ = false;
  std::atomic<bool> cannot_accept_ = false;  // for want of file descriptors
  std::atomic<std::size_t> open_ = 0;
  std::mutex mutex_;
  std::condition_variable all_ended_;
};

Server::Server(ServerOptions options, std::vector<Worker> workers)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(workers))) {}

Server::~Server() {
  impl_->stop_accepting();
}

std::uint16_t Server::port() const {
  return impl_->endpoint().port();
}

std::string Server::url() const {
  const auto address = impl_->endpoint().address();
  const auto host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
  return (impl_->is_secure() ? "https://" : "http://") + host + ':' + std::to_string(port());
}

void Server::start() {
  impl_->start();
}

void Server::drain(std::chrono::milliseconds deadline) {
  impl_->drain(deadline);
}

}  // namespace taskstream::http
