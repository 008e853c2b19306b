#include "tests/bench/load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "tests/bench/client.hpp"
#include "tests/bench/edits.hpp"

namespace taskstream::bench {
namespace {

namespace asio = boost::asio;

struct Run {
  Clock::time_point measure_from;
  Clock::time_point until;
  std::vector<double> latencies;

  void note(Clock::time_point sent) {
    if (sent >= measure_from) latencies.push_back(ms_since(sent));
  }
};

asio::awaitable<void> keep_editing(asio::any_io_executor executor, std::uint16_t port, Run& run) {
  Connection connection(executor, port);
  co_await connection.connect();
  Created task = co_await create_task(connection, 0);
  for (std::uint64_t i = 1; Clock::now() < run.until; ++i) {
    const auto sent = Clock::now();
    const Reply reply = co_await edit(connection, task, i);
    expect(reply, 200);
    run.note(sent);
    task.etag = reply.field("ETag");
  }
}

asio::awaitable<void> keep_reading(asio::any_io_executor executor, std::uint16_t port,
                                   const std::vector<std::string>& targets, std::size_t first, Run& run) {
  Connection connection(executor, port);
  co_await connection.connect();
  for (std::size_t i = first; Clock::now() < run.until; ++i) {
    const auto sent = Clock::now();
    const Reply reply = co_await connection.send("GET", targets[i % targets.size()], "", "");
    expect(reply, 200);
    run.note(sent);
  }
}

asio::awaitable<void> command_then_read(asio::any_io_executor executor, std::uint16_t command_port,
                                        std::uint16_t projection_port, std::size_t index, std::size_t workers,
                                        std::chrono::nanoseconds gap, Run& run) {
  Connection commands(executor, command_port);
  Connection reads(executor, projection_port);
  co_await commands.connect();
  co_await reads.connect();
  Created task = co_await create_task(commands, index);
  asio::steady_timer timer(executor);
  auto due = Clock::now() + gap * index;
  for (std::uint64_t i = 1; due < run.until; ++i, due += gap * workers) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    const auto sent = Clock::now();
    const Reply edited = co_await edit(commands, task, i);
    expect(edited, 200);
    task.etag = edited.field("ETag");
    const std::string fields = "Consistency-Token: " + std::string(edited.field("Consistency-Token")) + "\r\n";
    const Reply read = co_await reads.send("GET", task.location, fields, "");
    expect(read, 200);
    if (read.field("ETag") != task.etag) throw std::runtime_error("a read under a token was older than the token");
    run.note(sent);
  }
}

Run make_run(double seconds) {
  const auto now = Clock::now();
  const auto warm = now + std::chrono::milliseconds(1'000);
  return {.measure_from = warm,
          .until = warm + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000)),
          .latencies = {}};
}

AppendFigures figures_of(Run& run) {
  const double measured_ms = std::chrono::duration<double, std::milli>(run.until - run.measure_from).count();
  return {.per_second = static_cast<double>(run.latencies.size()) / measured_ms * 1'000,
          .p50_ms = quantile(run.latencies, 0.5)};
}

}  // namespace

AppendFigures measure_updates(std::uint16_t command_port, std::size_t connections, double seconds) {
  asio::io_context context(1);
  Run run = make_run(seconds);
  for (std::size_t i = 0; i < connections; ++i) {
    asio::co_spawn(context, keep_editing(context.get_executor(), command_port, run), rethrow);
  }
  context.run();
  return figures_of(run);
}

LatencyFigures measure_visible(std::uint16_t command_port, std::uint16_t projection_port, double per_second,
                               double seconds) {
  constexpr std::size_t kWorkers = 50;
  asio::io_context context(1);
  Run run = make_run(seconds);
  const std::chrono::nanoseconds gap(static_cast<std::int64_t>(1e9 / per_second));
  for (std::size_t i = 0; i < kWorkers; ++i) {
    asio::co_spawn(context,
                   command_then_read(context.get_executor(), command_port, projection_port, i, kWorkers, gap, run),
                   rethrow);
  }
  context.run();
  return {.p50_ms = quantile(run.latencies, 0.5), .p99_ms = quantile(run.latencies, 0.99)};
}

AppendFigures measure_reads(std::uint16_t port, const std::vector<std::string>& targets, std::size_t connections,
                            double seconds) {
  asio::io_context context(1);
  Run run = make_run(seconds);
  for (std::size_t i = 0; i < connections; ++i) {
    asio::co_spawn(context, keep_reading(context.get_executor(), port, targets, i * 7, run), rethrow);
  }
  context.run();
  return figures_of(run);
}

std::vector<std::string> make_tasks(std::uint16_t command_port, std::size_t count, std::size_t edits,
                                    std::size_t connections) {
  asio::io_context context(1);
  std::vector<std::string> locations;
  std::size_t next = 0;
  const auto work = [&]() -> asio::awaitable<void> {
    Connection connection(context.get_executor(), command_port);
    co_await connection.connect();
    while (next < count) {
      Created task = co_await create_task(connection, next++);
      for (std::uint64_t i = 1; i <= edits; ++i) {
        const Reply reply = co_await edit(connection, task, i);
        expect(reply, 200);
        task.etag = reply.field("ETag");
      }
      locations.push_back(task.location);
    }
  };
  for (std::size_t i = 0; i < connections; ++i) asio::co_spawn(context, work(), rethrow);
  context.run();
  return locations;
}

}  // namespace taskstream::bench
