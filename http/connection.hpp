#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/request_guard.hpp"
#include "http/server.hpp"
#include "http/transport.hpp"

namespace taskstream::http {

// One client's socket with what came over it, and the one deadline that bounds what is being waited for. All of it
// belongs to the thread of the socket's context.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Without a TLS context: plain.
  Connection(Transport::Socket socket, boost::asio::ssl::context* tls, const Limits& limits);

  // Greets the client, where that takes more than its connecting; false when it cannot be spoken to.
  boost::asio::awaitable<bool> open();
  const boost::asio::ip::address& peer() const { return peer_; }

  struct Closed {};  // there is nobody to answer
  // The next request's head, its blank line included. It stays valid until `consume`.
  boost::asio::awaitable<std::variant<std::string_view, Refusal, Closed>> receive_head();
  void consume(std::size_t bytes) { buffer_.consume(bytes); }
  bool has_received() const { return buffer_.size() > 0; }

  // Appends the body to `body`, within the deadline that the request's first byte set. Both references outlive the
  // await.
  boost::asio::awaitable<std::optional<Refusal>> receive_body(const RequestHead& head, std::uint64_t limit,
                                                              std::string& body);

  // Writes both parts at once; false when the client does not take them.
  boost::asio::awaitable<bool> send(std::string_view head, std::string_view body);

  // What comes before the answer, such as 100 Continue: the request's deadline stays as it is.
  boost::asio::awaitable<bool> send_interim(std::string_view head);
  // The connection is reset when it is closed: the client shall see that the answer is cut short.
  void reset_on_close();

  // While an answer goes on without an end of its own: notices when the client hangs up, drops what it sends meanwhile,
  // and bounds what the kernel keeps for it.
  void watch();
  void end_watch();
  // Whether the watched answer should come to its end: the client has hung up, or the server drains.
  bool watch_is_over() const { return gone_ || draining_; }
  void on_end(std::function<void()> wake) { on_end_ = std::move(wake); }
  // A part of such an answer, within a deadline of its own; false when the client does not take it.
  boost::asio::awaitable<bool> send_part(std::string_view before, std::string_view bytes, std::string_view after);

  // Says that nothing follows, and waits a moment for the client to hang up: closing with bytes unread would reset the
  // connection and could take the answer with it.
  boost::asio::awaitable<void> hang_up();

  // Whether the last deadline was missed.
  bool timed_out() const { return timed_out_; }
  void suspend_deadline() { due_ = Clock::time_point::max(); }
  // Ends the connection where no request is under way, and lets the one that is finish.
  void drain();
  bool draining() const { return draining_; }
  void abort();

 private:
  using Clock = std::chrono::steady_clock;

  std::string_view received() const { return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()}; }
  boost::asio::awaitable<boost::system::error_code> receive_some();
  boost::asio::awaitable<void> drop_until_end();
  boost::asio::awaitable<boost::system::error_code> receive_exactly(std::uint64_t size, std::string& body);
  Refusal interrupted() const;
  void watch_some();
  void note_end();
  void set_deadline(std::chrono::milliseconds from_now);
  void arm();
  void on_timer();

  Transport transport_;
  boost::asio::ip::address peer_;
  const Limits& limits_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer timer_;
  Clock::time_point due_ = Clock::time_point::max();
  Clock::time_point armed_ = Clock::time_point::max();  // when the timer fires: at `due_` or before it
  bool timed_out_ = false;
  bool idle_ = false;  // waiting for a request's first byte
  bool draining_ = false;

  bool watching_ = false;
  bool gone_ = false;  // while watched
  std::size_t dropped_bytes_ = 0;
  std::function<void()> on_end_;
};

}  // namespace taskstream::http
