#include "http/connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "http/chunked_body.hpp"

namespace taskstream::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 4 * 1024;
constexpr std::size_t kBodyReadSize = 16 * 1024;
constexpr std::chrono::milliseconds kHangUpTime{1000};
constexpr std::chrono::milliseconds kLastPartTime{1'000};  // to take a part of an answer once the server drains
constexpr int kStreamSendBufferBytes = 128 * 1024;  // of the kernel, which would keep megabytes for a slow client
constexpr std::chrono::milliseconds kCancelAgain{100};
constexpr std::size_t kMaxDroppedBytes = 64 * 1024;
constexpr std::size_t kMaxDroppedAtEndBytes = 16 * 1024 * 1024;  // of who goes on sending what was refused
constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);

}  // namespace

Connection::Connection(Transport::Socket socket, asio::ssl::context* tls, const Limits& limits)
    : transport_(std::move(socket), tls), limits_(limits), timer_(transport_.get_executor()) {
  error_code ignored;
  peer_ = transport_.socket().remote_endpoint(ignored).address();
}

asio::awaitable<bool> Connection::open() {
  auto* tls = transport_.tls();
  if (tls == nullptr) co_return true;
  idle_ = true;
  set_deadline(limits_.handshake_deadline);
  const auto [error] = co_await tls->async_handshake(asio::ssl::stream_base::server, kAwaitable);
  if (error) spdlog::debug("{} does not get to speak TLS: {}", peer_.to_string(), error.message());
  co_return !error;
}

asio::awaitable<std::variant<std::string_view, Refusal, Connection::Closed>> Connection::receive_head() {
  HeadScanner scanner({.bytes = limits_.header_bytes, .fields = limits_.header_fields});
  idle_ = !has_received();
  set_deadline(idle_ ? limits_.idle_time : limits_.request_deadline);
  for (;;) {
    if (has_received()) {
      auto progress = scanner.scan(received());
      if (const auto* size = std::get_if<std::size_t>(&progress)) co_return received().substr(0, *size);
      if (auto* refusal = std::get_if<Refusal>(&progress)) co_return std::move(*refusal);
    } else if (draining_) {
      co_return Closed{};
    }
    if (co_await receive_some()) {
      if (idle_) co_return Closed{};
      co_return interrupted();
    }
    if (idle_) set_deadline(limits_.request_deadline);
    idle_ = false;
  }
}

asio::awaitable<std::optional<Refusal>> Connection::receive_body(const RequestHead& head, std::uint64_t limit,
                                                                 std::string& body) {
  if (!head.chunked) {
    if (co_await receive_exactly(head.content_length.value_or(0), body)) co_return interrupted();
    co_return std::nullopt;
  }
  ChunkedBody decoder(limit);
  for (;;) {
    auto encoded = received();
    auto refusal = decoder.decode(encoded, body);
    consume(buffer_.size() - encoded.size());
    if (refusal || decoder.complete()) co_return refusal;
    if (co_await receive_some()) co_return interrupted();
  }
}

// Memory grows with what has come, not with what was announced.
asio::awaitable<error_code> Connection::receive_exactly(std::uint64_t size, std::string& body) {
  body.append(received().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_.size()))));
  consume(body.size());
  while (body.size() < size) {
    if (timed_out_) co_return asio::error::operation_aborted;
    const auto before = body.size();
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size - before, kBodyReadSize));
    body.resize(before + part);
    const auto [error, count] =
        co_await transport_.async_read_some(asio::buffer(body.data() + before, part), kAwaitable);
    body.resize(before + count);
    if (error) co_return error;
  }
  co_return error_code{};
}

asio::awaitable<error_code> Connection::receive_some() {
  // The timer may have fired between two reads, when there was nothing to cancel.
  if (timed_out_) co_return asio::error::operation_aborted;
  const auto [error, count] = co_await transport_.async_read_some(buffer_.prepare(kReadSize), kAwaitable);
  buffer_.commit(count);
  co_return error;
}

Refusal Connection::interrupted() const {
  if (timed_out_) return {.status = Status::request_timeout, .reason = "The request took too long to arrive."};
  return {.status = Status::bad_request, .reason = "The connection ended in the middle of the request."};
}

asio::awaitable<bool> Connection::send(std::string_view head, std::string_view body) {
  set_deadline(limits_.idle_time);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  const auto [error, count] = co_await asio::async_write(transport_, parts, kAwaitable);
  co_return !error;
}

asio::awaitable<bool> Connection::send_interim(std::string_view head) {
  const auto [error, count] = co_await asio::async_write(transport_, asio::buffer(head), kAwaitable);
  co_return !error;
}

void Connection::reset_on_close() {
  error_code ignored;
  transport_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
}

void Connection::watch() {
  watching_ = true;
  error_code ignored;
  transport_.socket().set_option(asio::socket_base::send_buffer_size(kStreamSendBufferBytes), ignored);
  suspend_deadline();
  buffer_.clear();
  watch_some();
}

void Connection::watch_some() {
  transport_.async_read_some(buffer_.prepare(kReadSize),
                             [self = shared_from_this()](error_code error, std::size_t count) {
                               if (!self->watching_) return;
                               self->dropped_bytes_ += count;
                               if (error || self->dropped_bytes_ > kMaxDroppedBytes) return self->note_end();
                               self->watch_some();
                             });
}

void Connection::note_end() {
  gone_ = true;
  if (on_end_) on_end_();
}

void Connection::end_watch() {
  watching_ = false;
  on_end_ = nullptr;
  transport_.cancel();
}

asio::awaitable<bool> Connection::send_part(std::string_view before, std::string_view bytes, std::string_view after) {
  if (gone_) co_return false;
  set_deadline(draining_ ? kLastPartTime : limits_.part_deadline);
  const std::array<asio::const_buffer, 3> parts{asio::buffer(before), asio::buffer(bytes), asio::buffer(after)};
  const auto [error, count] = co_await asio::async_write(transport_, parts, kAwaitable);
  suspend_deadline();
  co_return !error;
}

asio::awaitable<void> Connection::hang_up() {
  set_deadline(kHangUpTime);
  if (auto* tls = transport_.tls()) co_await tls->async_shutdown(kAwaitable);
  error_code ignored;
  transport_.socket().shutdown(Transport::Socket::shutdown_send, ignored);
  co_await drop_until_end();
  transport_.close();
}

// What comes now is not even deciphered.
asio::awaitable<void> Connection::drop_until_end() {
  for (std::size_t dropped = 0; !timed_out_ && dropped < kMaxDroppedAtEndBytes;) {
    buffer_.clear();
    const auto [error, count] =
        co_await transport_.socket().async_read_some(buffer_.prepare(kBodyReadSize), kAwaitable);
    if (error) co_return;
    dropped += count;
  }
}

void Connection::drain() {
  draining_ = true;
  if (idle_) transport_.cancel();
  if (!watching_) return;
  // A part that is under way is not waited for long.
  if (due_ != Clock::time_point::max()) set_deadline(kLastPartTime);
  if (on_end_) on_end_();
}

void Connection::abort() {
  transport_.close();
}

// A deadline that moves on costs nothing: the timer is left as it is and looks again when it fires.
void Connection::set_deadline(std::chrono::milliseconds from_now) {
  timed_out_ = false;
  due_ = from_now.count() == 0 ? Clock::time_point::max() : Clock::now() + from_now;
  if (due_ < armed_) arm();
}

void Connection::arm() {
  armed_ = due_;
  timer_.expires_at(due_);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    if (error) return;
    if (const auto self = weak.lock()) self->on_timer();
  });
}

void Connection::on_timer() {
  armed_ = Clock::time_point::max();
  if (due_ == Clock::time_point::max()) return;
  if (Clock::now() < due_) return arm();
  timed_out_ = true;
  transport_.cancel();
  // What is waited for may take several steps and have been between two of them: then nothing was cancelled.
  due_ = Clock::now() + kCancelAgain;
  arm();
}

}  // namespace taskstream::http
