#include <gtest/gtest.h>

#include <csignal>

#include "http/shutdown.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

const std::string kSlow = "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A handler that a test lets go when it likes.
class Gate {
 public:
  Route route() {
    return {Verb::get, "/slow", [this](const Request&) { return pass(); }};
  }
  void wait_until_somebody_stands_here() const { entered_.wait(0); }
  void open() { open_ = true; }

 private:
  boost::asio::awaitable<Outcome> pass() {
    ++entered_;
    entered_.notify_all();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!open_) {
      timer.expires_after(1ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return json_response(Status::ok, "{}");
  }

  std::atomic<int> entered_ = 0;
  std::atomic<bool> open_ = false;
};

bool can_connect(std::uint16_t port) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

TEST(Drain, LetsTheRequestUnderWayFinishAndTakesNoOther) {
  Gate gate;
  TestServer server({}, {gate.route()});
  const auto port = server.server->port();
  RawClient busy(port);
  RawClient idle(port);
  busy.send(kSlow + kSlow);  // the second is not under way yet
  idle.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(idle.receive().status, 200U);
  gate.wait_until_somebody_stands_here();

  auto drained = std::async(std::launch::async, [&] { server.server->drain(10s); });
  EXPECT_TRUE(idle.is_closed());
  while (can_connect(port)) std::this_thread::yield();
  EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
  gate.open();
  const auto answer = busy.receive();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_EQ(busy.receive_all(), std::vector<unsigned>{});
  drained.get();
}

TEST(Drain, LetsARequestArriveWhole) {
  TestServer server;
  RawClient client(server.server->port());
  client.send("GET /hello HTTP/1.1\r\n");
  RawClient idle(server.server->port());
  // A second connection was served after the first's bytes were sent; what the first sent is there by the time it
  // idles.
  idle.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(idle.receive().status, 200U);
  auto drained = std::async(std::launch::async, [&] { server.server->drain(10s); });
  EXPECT_TRUE(idle.is_closed());
  client.send("Host: localhost\r\n\r\n");
  EXPECT_EQ(client.receive_all(), std::vector<unsigned>{200});
  drained.get();
}

TEST(Drain, CutsOffWhatDoesNotFinishInTime) {
  Gate gate;
  TestServer server({}, {gate.route()});
  RawClient busy(server.server->port());
  busy.send(kSlow);
  gate.wait_until_somebody_stands_here();
  const auto began = std::chrono::steady_clock::now();
  server.server->drain(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_TRUE(busy.is_closed());
  gate.open();
}

TEST(Drain, MayComeTwiceAndBeforeAnythingStarted) {
  boost::asio::io_context context;
  const Router router({});
  Server server({}, {{context, router}});
  server.drain(1s);
  server.drain(1s);
}

TEST(Server, SaysWhatToDoWhenItsPortIsTaken) {
  TestServer first;
  try {
    TestServer second({.port = first.server->port()});
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string_view(error.what()).find("--listen"), std::string_view::npos) << error.what();
  }
  EXPECT_THROW(TestServer({.host = "nowhere.example"}), std::runtime_error);
  EXPECT_EQ(first.server->url(), "http://127.0.0.1:" + std::to_string(first.server->port()));
}

TEST(ShutdownSignals, CallOnceAndThenStandBack) {
  for (const int signal : {SIGTERM, SIGINT}) {
    boost::asio::io_context context;
    int calls = 0;
    ShutdownSignals signals(context, [&] { ++calls; });
    std::raise(signal);
    context.run();
    EXPECT_EQ(calls, 1);
    struct sigaction now{};
    sigaction(signal, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
  }
}

TEST(ShutdownSignalsDeathTest, ASecondSignalEndsTheProcess) {
  const auto stubborn = [] {
    boost::asio::io_context context;
    ShutdownSignals signals(context, [] {});
    std::raise(SIGTERM);
    context.run();
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(stubborn(), ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace taskstream::http
