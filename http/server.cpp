#include "http/server.hpp"

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
#include <mutex>
#include <stdexcept>
#include <unordered_set>

#include "http/session.hpp"

namespace taskstream::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kAcceptPause{20};  // after accept failed, e.g. for want of file descriptors
constexpr std::chrono::milliseconds kAbortTime{500};   // for connections to notice that their sockets were closed
constexpr rlim_t kOtherFiles = 512;                    // beside connections: the log, the read model, …
constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);

tcp::endpoint endpoint_of(const ServerOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) throw std::runtime_error("cannot listen on `" + options.host + "`: give an IP address, e.g. 127.0.0.1");
  return {address, options.port};
}

void raise_file_limit(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = connections == 0 ? limit.rlim_max : std::min(limit.rlim_max, connections + kOtherFiles);
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (connections != 0 && limit.rlim_cur < connections + kOtherFiles) {
    spdlog::warn("the system allows {} open files, too few for {} connections: raise `ulimit -n`", limit.rlim_cur,
                 connections);
  }
}

// Belongs to the first worker's context, and to its handlers alone.
struct Listener {
  tcp::acceptor acceptor;
  asio::steady_timer slot_freed;  // cancelled when a connection ends while no more were accepted

  Listener(asio::io_context& context, const tcp::endpoint& endpoint) : acceptor(context), slot_freed(context) {
    slot_freed.expires_at(asio::steady_timer::time_point::max());
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
    settings_.bound_to_loopback = endpoint.address().is_loopback();
    raise_file_limit(settings_.options.limits.connections);
    for (auto& worker : workers) lanes_.push_back(std::make_unique<Lane>(worker));
    listener_ = std::make_shared<Listener>(lanes_.front()->worker.context, endpoint);
    endpoint_ = listener_->acceptor.local_endpoint();
  }

  const tcp::endpoint& endpoint() const { return endpoint_; }

  void start() {
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
    explicit Lane(const Worker& its_worker) : worker(its_worker) {}

    Worker worker;
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

  bool is_full() const {
    const auto limit = settings_.options.limits.connections;
    return limit != 0 && open_ >= limit;
  }

  static asio::awaitable<void> accept_connections(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener) {
    for (std::size_t next = 0; !self->draining_; next = (next + 1) % self->lanes_.size()) {
      // Whoever comes meanwhile waits in the kernel's queue.
      while (self->is_full() && !self->draining_) co_await listener->slot_freed.async_wait(kAwaitable);
      auto& lane = *self->lanes_[next];
      auto [error, socket] = co_await listener->acceptor.async_accept(lane.worker.context, kAwaitable);
      if (self->draining_) co_return;
      if (error) {
        spdlog::warn("cannot accept a connection: {}", error.message());
        asio::steady_timer pause(listener->acceptor.get_executor(), kAcceptPause);
        co_await pause.async_wait(kAwaitable);
        continue;
      }
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      ++self->open_;
      if (auto* observer = self->settings_.options.observer) observer->on_connection_opened();
      asio::co_spawn(lane.worker.context, serve(self, lane, std::move(socket)),
                     [self](const std::exception_ptr& error_thrown) { self->note_end(error_thrown); });
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Impl> self, Lane& lane, tcp::socket socket) {
    Session session(std::move(socket), self->settings_, lane.worker.router);
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
    }
    const bool was_full = is_full();
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    if (settings_.options.observer != nullptr) settings_.options.observer->on_connection_closed();
    all_ended_.notify_all();
    if (was_full && !draining_) {
      on_listener([](Listener& listener) { listener.slot_freed.cancel(); });
    }
  }

  SessionSettings settings_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::shared_ptr<Listener> listener_;  // until it starts; then the coroutine that accepts is its owner
  std::weak_ptr<Listener> weak_listener_;
  tcp::endpoint endpoint_;
  std::atomic<bool> draining_ = false;
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
  return "http://" + host + ':' + std::to_string(port());
}

void Server::start() {
  impl_->start();
}

void Server::drain(std::chrono::milliseconds deadline) {
  impl_->drain(deadline);
}

}  // namespace taskstream::http
