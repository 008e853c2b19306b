#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <thread>

#include "http/auth/authenticator.hpp"
#include "http/health.hpp"
#include "http/logging.hpp"
#include "http/metrics.hpp"
#include "http/server.hpp"
#include "http/shutdown.hpp"
#include "http/stop_signal.hpp"
#include "projection-service/board_files.hpp"
#include "projection-service/config.hpp"
#include "projection-service/http/endpoints.hpp"
#include "projection-service/http/page_files.hpp"
#include "projection-service/http/projection_metrics.hpp"
#include "projection-service/log_following.hpp"
#include "projection-service/openapi_text.hpp"

namespace taskstream::projection {
namespace {

constexpr std::chrono::milliseconds kDrain{10'000};

// One thread that answers requests, with a connection to the read model of its own.
class QueryWorker {
 public:
  QueryWorker(ReadSide& reads, const http::Readiness& readiness, http::Metrics& metrics, const std::string& command_url)
      : reader_(reads), router_(routes(readiness, metrics, command_url)) {
    metrics.http().know(router_);
  }

  boost::asio::io_context& context() { return context_; }
  http::Worker worker() { return {.context = context_, .router = router_}; }
  // From any thread.
  void let_go_of_replaced() {
    boost::asio::post(context_, [this] { reader_.let_go_of_replaced(); });
  }
  void start() {
    thread_ = std::thread([this] { context_.run(); });
  }
  void stop() {
    context_.stop();
    thread_.join();
  }

 private:
  std::vector<http::Route> routes(const http::Readiness& readiness, const http::Metrics& metrics,
                                  const std::string& command_url) {
    std::vector<http::Route> routes = endpoints(reader_);
    for (http::Route& route : http::system_routes(readiness, kOpenApiText)) routes.push_back(std::move(route));
    for (http::Route& route : page_routes(board_files(), command_url)) routes.push_back(std::move(route));
    routes.push_back(http::metrics_route(metrics, [this](http::MetricsPage& page) { write_model_metrics(page); }));
    return routes;
  }

  // A read model that cannot be read now is no reason to say nothing of all the rest.
  void write_model_metrics(http::MetricsPage& page) {
    try {
      count_parked(reader_);
    } catch (const std::exception& e) {
      spdlog::warn("the read model cannot be read for /metrics: {}", e.what());
    }
    write_parked(reader_.side(), page);
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_ = make_work_guard(context_);
  Reader reader_;
  http::Router router_;
  std::thread thread_;
};

int run(const Config& config) {
  http::StopSignal stop;
  http::Readiness readiness;
  const auto authenticator = http::open_authenticator(config.server.auth_file);
  http::Metrics metrics("projection-service", readiness);
  std::deque<QueryWorker> workers;
  ReadSide reads({.query_time_limit = config.query_time_limit,
                  .max_waiters = config.max_waiters,
                  .max_waiters_of_one = config.max_waiters_of_one,
                  .max_streams = config.max_streams,
                  .on_damaged =
                      [&stop](const std::string& message) {
                        spdlog::critical("{}", message);
                        stop.request(EXIT_FAILURE);
                      },
                  .on_replaced =
                      [&workers] {
                        for (QueryWorker& worker : workers) worker.let_go_of_replaced();
                      },
                  .authenticator = authenticator.get()});
  if (authenticator) authenticator->on_reload([&reads] { reads.changes().wake_all(); });
  LogFollowing following({.url = config.log,
                          .log = config.log_options,
                          .read_model = config.read_model,
                          .memory = {.total_bytes = config.rebuild_memory_mb * 1024 * 1024},
                          .rebuild = config.rebuild},
                         reads, readiness, stop);

  std::vector<http::Worker> server_workers;
  for (std::size_t i = 0; i < config.readers; ++i) {
    server_workers.push_back(workers.emplace_back(reads, readiness, metrics, config.command_url).worker());
  }
  const auto auth_watch = http::watch(workers.front().context(), authenticator.get());
  metrics.add([&reads](http::MetricsPage& page) { write_metrics(reads, page); });
  http::ServerOptions server_options = config.server.options;
  server_options.authenticator = authenticator.get();
  server_options.observer = &metrics.http();
  http::Server server(std::move(server_options), server_workers);
  http::ShutdownSignals signals(workers.front().context(), [&stop] { stop.request(EXIT_SUCCESS); });
  server.start();
  std::cout << "listening on " << server.url() << std::endl;
  for (QueryWorker& worker : workers) worker.start();

  int exit_code = EXIT_FAILURE;
  try {
    following.run();
    exit_code = stop.wait();
  } catch (const std::exception& e) {
    spdlog::critical("{}", e.what());
  }

  // From the outside in: no more requests, no more queries, and only then the log.
  reads.waiters().close();
  server.drain(kDrain);
  for (QueryWorker& worker : workers) worker.stop();
  return exit_code;
}

}  // namespace
}  // namespace taskstream::projection

int main(int argc, char** argv) {
  taskstream::projection::Config config;
  if (const auto exit_code = taskstream::projection::read_config(argc, argv, config)) return *exit_code;
  taskstream::http::start_logging(config.server.logging);
  try {
    return taskstream::projection::run(config);
  } catch (const std::exception& e) {
    spdlog::critical("{}", e.what());
    return EXIT_FAILURE;
  }
}
