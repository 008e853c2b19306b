#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include "http/health.hpp"
#include "http/server.hpp"

namespace taskstream::http {

// A server on loopback with two workers and handlers that show what reached them.
class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}) : TestServer(std::move(options), {}) {}
  TestServer(ServerOptions options, std::vector<Route> more_routes) {
    auto routes = system_routes(readiness, "openapi: 3.1.0\n");
    routes.push_back({Verb::get, "/hello", hello});
    routes.push_back({Verb::post, "/echo", echo, {"application/json"}});
    routes.push_back({Verb::post, "/v1/batch", echo, {"application/json"}, Access::Admin, /*is_batch=*/true});
    routes.push_back({Verb::patch, "/things/{id}", echo, {"application/merge-patch+json", "application/json"}});
    routes.push_back({Verb::delete_, "/things/{id}", [](const Request&) { return nothing(); }});
    routes.push_back({Verb::get, "/whoami", whoami});
    routes.push_back({Verb::get, "/boom", boom});
    for (auto& route : more_routes) routes.push_back(std::move(route));
    router_ = std::make_unique<Router>(std::move(routes));
    server = std::make_unique<Server>(std::move(options),
                                      std::vector<Worker>{{contexts_[0], *router_}, {contexts_[1], *router_}});
    server->start();
    for (std::size_t i = 0; i < 2; ++i) threads_[i] = std::thread([this, i] { contexts_[i].run(); });
  }
  ~TestServer() {
    server->drain(std::chrono::milliseconds(0));
    for (auto& context : contexts_) context.stop();
    for (auto& thread : threads_) thread.join();
    server.reset();
  }

  Readiness readiness;
  std::unique_ptr<Server> server;

 private:
  static boost::asio::awaitable<Outcome> hello(Request) { co_return json_response(Status::ok, R"({"hello":"world"})"); }
  static boost::asio::awaitable<Outcome> echo(Request request) {
    co_return json_response(Status::created, request.body);
  }
  static boost::asio::awaitable<Outcome> nothing() { co_return Response{.status = Status::no_content}; }
  static boost::asio::awaitable<Outcome> whoami(Request request) {
    co_return json_response(Status::ok, request.principal.actor);
  }
  static boost::asio::awaitable<Outcome> boom(Request) {
    throw std::runtime_error("the secret cause");
    co_return Response{};
  }

  boost::asio::io_context contexts_[2]{boost::asio::io_context{1}, boost::asio::io_context{1}};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_[2]{
      boost::asio::make_work_guard(contexts_[0]), boost::asio::make_work_guard(contexts_[1])};
  std::unique_ptr<Router> router_;
  std::thread threads_[2];
};

}  // namespace taskstream::http
