#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <thread>

#include "command-service/config.hpp"
#include "command-service/core/stream_entry.hpp"
#include "command-service/http/command_metrics.hpp"
#include "command-service/http/endpoints.hpp"
#include "command-service/openapi_text.hpp"
#include "command-service/runtime/random_bytes.hpp"
#include "command-service/runtime/replica_driver.hpp"
#include "command-service/state/sqlite_state_store.hpp"
#include "events/log/genesis.hpp"
#include "events/log/open_log.hpp"
#include "http/auth/authenticator.hpp"
#include "http/health.hpp"
#include "http/metrics.hpp"
#include "http/server.hpp"
#include "http/shutdown.hpp"
#include "http/stop_signal.hpp"

namespace taskstream::command {
namespace {

constexpr std::chrono::milliseconds kDrain{10'000};
constexpr std::chrono::milliseconds kSave{5'000};
constexpr std::chrono::milliseconds kOpenAttempt{10'000};
constexpr std::chrono::milliseconds kOpenPause{1'000};

std::string source_of(const Config& config) {
  return "/taskstream/command-service/" + config.instance;
}

struct OpenedLog {
  std::unique_ptr<events::EventLog> log;
  events::LogIdentity identity;
};

OpenedLog open(const Config& config) {
  const auto deadline = std::chrono::steady_clock::now() + kOpenAttempt;
  OpenedLog opened{.log = events::open_log(config.log, config.log_options, deadline)};
  const events::LogIdentity proposal{
      .log_id = events::LogId(events::make_uuid_v7(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count(),
          random_bytes())),
      .partitions = opened.log->partitions(),
      .id_namespace = events::make_uuid_v8(random_bytes()),
      .max_clock_skew_ms = config.max_clock_skew.count()};
  opened.identity = events::open_genesis(*opened.log, {.identity = proposal, .source = source_of(config)}, deadline);
  return opened;
}

// Tries until the log is open, or the process is asked to end (nullopt).
std::optional<OpenedLog> open_patiently(const Config& config, http::Readiness& readiness, http::StopSignal& stop) {
  while (true) {
    std::string reason;
    try {
      return open(config);
    } catch (const events::LogRefused&) {
      throw;
    } catch (const std::exception& error) {
      reason = error.what();
    }
    spdlog::warn("the log is not open yet: {}", reason);
    readiness.set("log", reason);
    if (stop.wait_for(kOpenPause)) return std::nullopt;
  }
}

DriverOptions driver_options(const Config& config, const OpenedLog& opened) {
  return {.replica = {.partitions = opened.identity.partitions,
                      .source = source_of(config),
                      .max_clock_skew = std::chrono::milliseconds(opened.identity.max_clock_skew_ms),
                      .memory_bytes = static_cast<std::size_t>(config.memory_budget_mb) * 1024 * 1024,
                      .waiters_at_most = config.max_waiters,
                      .random = random_bytes},
          .command_timeout = config.command_timeout,
          .strict_barrier = config.strict_barrier};
}

DriverEvents driver_events(http::Readiness& readiness, http::StopSignal& stop) {
  return {.on_caught_up =
              [&readiness] {
                spdlog::info("caught up with the log");
                readiness.clear("log");
              },
          .on_reach =
              [&readiness](bool is_reachable) {
                // Another instance may reach it: whoever sends requests here should send them there meanwhile.
                if (is_reachable) return readiness.clear("connection");
                readiness.set("connection", "the log is out of reach, and writes are answered 503");
              },
          .on_clock_skew =
              [&readiness](std::chrono::milliseconds skew, bool too_far) {
                if (!too_far) return readiness.clear("clock");
                readiness.set("clock", "this machine's clock is " + std::to_string(skew.count()) +
                                           " ms off the log's: synchronise it");
              },
          .on_stop =
              [&stop](const std::string& message) {
                spdlog::critical("{}", message);
                stop.request(EXIT_FAILURE);
              }};
}

// Runs on the thread of the context, and has run when this returns: a stop that comes now finds it done. What it throws
// is thrown here.
void start_on(boost::asio::io_context& context, std::function<void()> start) {
  std::packaged_task<void()> task(std::move(start));
  auto done = task.get_future();
  boost::asio::post(context, std::move(task));
  done.get();
}

int run(const Config& config) {
  boost::asio::io_context context(1);
  auto keep_running = boost::asio::make_work_guard(context);
  http::StopSignal stop;
  http::Readiness readiness;
  readiness.set("log", "the log is being opened and read");
  readiness.set("clock", "this machine's clock has not been compared with the log's yet");

  CommandApi api{.require_precondition = config.require_precondition,
                 .json_depth = config.server.options.limits.json_depth,
                 .random = random_bytes};
  http::Metrics metrics("command-service", readiness);
  metrics.add([&api](http::MetricsPage& page) { write_metrics(api, page); });
  std::vector<http::Route> routes = routes_of(api);
  for (http::Route& route : http::system_routes(readiness, std::string(kOpenApiText))) {
    routes.push_back(std::move(route));
  }
  routes.push_back(http::metrics_route(metrics));
  const http::Router router(std::move(routes));
  const auto authenticator = http::open_authenticator(config.server.auth_file);
  const auto auth_watch = http::watch(context, authenticator.get());
  metrics.http().know(router);
  http::ServerOptions server_options = config.server.options;
  server_options.authenticator = authenticator.get();
  server_options.observer = &metrics.http();
  http::Server server(std::move(server_options), {{.context = context, .router = router}});
  http::ShutdownSignals signals(context, [&stop] { stop.request(EXIT_SUCCESS); });
  server.start();
  std::cout << "listening on " << server.url() << std::endl;
  std::jthread thread([&context] { context.run(); });

  int exit_code = EXIT_SUCCESS;
  std::optional<OpenedLog> opened;
  std::unique_ptr<StateStore> store;
  std::unique_ptr<ReplicaDriver> driver;
  try {
    opened = open_patiently(config, readiness, stop);
    if (opened) {
      store = std::make_unique<SqliteStateStore>(config.state, opened->identity, entry_format());
      driver = std::make_unique<ReplicaDriver>(context, *opened->log, *store, driver_options(config, *opened),
                                               driver_events(readiness, stop));
      start_on(context, [&] {
        driver->start();
        api.log = opened->identity;
        api.replica = driver.get();
      });
    }
    exit_code = stop.wait();
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    exit_code = EXIT_FAILURE;
  }

  // From the outside in: no more requests, no more records, no more work, and only then store and log themselves.
  if (driver) driver->let_nobody_wait();
  server.drain(kDrain);
  if (driver) {
    driver->stop_following();
    driver->save_all(kSave);
  }
  context.stop();
  thread.join();
  return exit_code;
}

}  // namespace
}  // namespace taskstream::command

int main(int argc, char** argv) {
  taskstream::command::Config config;
  if (const auto exit_code = taskstream::command::read_config(argc, argv, config)) return *exit_code;
  taskstream::http::start_logging(config.server.logging);
  try {
    return taskstream::command::run(config);
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    return EXIT_FAILURE;
  }
}
