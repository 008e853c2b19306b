#include "tests/bench/fan_out.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <stdexcept>
#include <thread>

#include "tests/bench/edits.hpp"

namespace taskstream::bench {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kWriters = 50;
constexpr std::string_view kMark = "\"to\":\"sent at ";  // in `changes`, which comes once an event
constexpr std::size_t kBufferBytes = 256 * 1024;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
}

struct FanOut {
  std::int64_t measure_from_us = 0;  // events that were sent then or later count
  std::int64_t until_us = 0;
  std::atomic<std::size_t> open = 0;
  std::vector<double> lags_ms;
  std::size_t events = 0;
};

// Takes the events out of what has come; what may be the beginning of one stays.
std::size_t take_events(std::string_view received, FanOut& run) {
  const std::int64_t now = now_us();
  std::size_t taken = 0;
  for (std::size_t mark = received.find(kMark); mark != std::string_view::npos; mark = received.find(kMark, taken)) {
    const std::string_view digits = received.substr(mark + kMark.size(), 20);
    const std::size_t end = digits.find('"');
    if (end == std::string_view::npos) return mark;
    std::int64_t sent = 0;
    std::from_chars(digits.data(), digits.data() + end, sent);
    taken = mark + kMark.size() + end;
    if (sent < run.measure_from_us || sent >= run.until_us) continue;
    ++run.events;
    run.lags_ms.push_back(static_cast<double>(now - sent) / 1'000);
  }
  return std::max(taken, received.size() - std::min(received.size(), kMark.size()));
}

asio::awaitable<void> listen(asio::any_io_executor executor, std::uint16_t port, FanOut& run) {
  asio::ip::tcp::socket socket(executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  const std::string request = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  std::string buffer(kBufferBytes, '\0');
  std::size_t filled = 0;
  bool is_open = false;
  while (true) {
    boost::system::error_code error;
    const auto into = asio::buffer(buffer.data() + filled, buffer.size() - filled);
    filled += co_await socket.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
    if (error) throw std::runtime_error("a stream ended: " + error.message());
    if (!is_open && std::string_view(buffer).substr(0, filled).find(": stream") != std::string_view::npos) {
      is_open = true;
      ++run.open;
    }
    const std::size_t taken = take_events({buffer.data(), filled}, run);
    std::copy(buffer.data() + taken, buffer.data() + filled, buffer.data());
    filled -= taken;
  }
}

asio::awaitable<void> keep_writing(asio::any_io_executor executor, std::uint16_t port, std::size_t index,
                                   std::chrono::nanoseconds gap, Clock::time_point from, Clock::time_point until) {
  Connection connection(executor, port);
  co_await connection.connect();
  Created task = co_await create_task(connection, index);
  asio::steady_timer timer(executor);
  for (auto due = from + gap * index; due < until; due += gap * kWriters) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    const std::string fields = "Content-Type: application/json\r\nIf-Match: " + task.etag + "\r\n";
    const std::string body = R"({"title":"sent at )" + std::to_string(now_us()) + R"("})";
    const Reply reply = co_await connection.send("PATCH", task.location, fields, body);
    expect(reply, 200);
    task.etag = reply.field("ETag");
  }
}

}  // namespace

FanOutFigures measure_fan_out(std::uint16_t command_port, std::uint16_t projection_port, std::size_t clients,
                              double per_second, double seconds) {
  FanOut run;
  asio::io_context listening(1);
  for (std::size_t i = 0; i < clients; ++i) {
    asio::co_spawn(listening, listen(listening.get_executor(), projection_port, run), rethrow);
  }
  while (run.open < clients) listening.run_one();

  const std::chrono::nanoseconds gap(static_cast<std::int64_t>(1e9 / per_second));
  const auto from = Clock::now() + std::chrono::milliseconds(500);
  const auto measured = std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
  run.measure_from_us = now_us() + 1'500'000;
  run.until_us = run.measure_from_us + measured.count();
  run.lags_ms.reserve(static_cast<std::size_t>(per_second * seconds) * clients);
  std::exception_ptr failure;
  std::jthread writer([&] {
    try {
      asio::io_context writing(1);
      const auto until = from + std::chrono::milliseconds(1'000) + measured;
      for (std::size_t i = 0; i < kWriters; ++i) {
        asio::co_spawn(writing, keep_writing(writing.get_executor(), command_port, i, gap, from, until), rethrow);
      }
      writing.run();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  // The last event may take a while to come: what is late counts as late, what never comes is missing below.
  listening.run_until(from + std::chrono::milliseconds(6'000) + measured);
  writer.join();
  if (failure) std::rethrow_exception(failure);
  FanOutFigures figures{.events_per_second = static_cast<double>(run.events) / static_cast<double>(clients) / seconds,
                        .p50_ms = quantile(run.lags_ms, 0.5),
                        .p99_ms = quantile(run.lags_ms, 0.99)};
  figures.max_ms = run.lags_ms.back();
  return figures;
}

}  // namespace taskstream::bench
