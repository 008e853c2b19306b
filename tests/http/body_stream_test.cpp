#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

const std::string kGet = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string without_head(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

// A route that answers with this body.
template <class Body>
Route streaming(Body body) {
  return {.verb = Verb::get, .pattern = "/stream", .handler = [body](const Request&) {
            return [](Body write) -> awaitable<Outcome> {
              StreamedResponse response{.status = Status::ok, .fields = {}, .body = write};
              response.fields.set(Field::content_type, "text/plain");
              co_return response;
            }(body);
          }};
}

awaitable<void> write_twice(BodyStream& body) {
  co_await body.write("Hello, ");
  co_await body.write("");
  co_await body.write(std::string(20, 'x'));
}

// Writes once and then waits to be ended, as a stream does that has nothing to tell.
struct Waiting {
  std::atomic<int>& ended;

  awaitable<void> operator()(BodyStream& body) const { return wait(body, ended); }
  static awaitable<void> wait(BodyStream& body, std::atomic<int>& count) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_at(boost::asio::steady_timer::time_point::max());
    body.on_end([&timer] { timer.cancel(); });
    co_await body.write("open\n");
    boost::system::error_code ignored;
    if (!body.should_end()) co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    ++count;
    count.notify_all();
    co_await body.write("last words\n");
  }
};

TEST(BodyStream, IsWrittenInChunksAndEndsWithItsConnection) {
  TestServer server({}, {streaming(write_twice)});
  RawClient client(server.server->port());
  client.send(kGet + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.receive_text();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << answer;
  EXPECT_EQ(without_head(answer), "7\r\nHello, \r\n14\r\n" + std::string(20, 'x') + "\r\n0\r\n\r\n");
}

TEST(BodyStream, IsWrittenAsItIsToAnOldClient) {
  TestServer server({}, {streaming(write_twice)});
  RawClient client(server.server->port());
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = client.receive_text();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
  EXPECT_EQ(without_head(answer), "Hello, " + std::string(20, 'x'));
}

TEST(BodyStream, IsNotThereForHeadAndOptions) {
  std::atomic<int> ended = 0;
  TestServer server({}, {streaming(Waiting{ended})});
  RawClient client(server.server->port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto answer = client.receive();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.fields.at("content-type"), "text/plain");
  client.send("OPTIONS /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  answer = client.receive();
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.fields.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ended, 0);
}

TEST(BodyStream, NoticesThatItsReaderHasGone) {
  std::atomic<int> ended = 0;
  TestServer server({}, {streaming(Waiting{ended})});
  {
    RawClient client(server.server->port());
    client.send(kGet);
    client.receive_text("open\n");
  }
  ended.wait(0);
  EXPECT_EQ(ended, 1);
}

TEST(BodyStream, IsEndedByADrainThatWaitsForIt) {
  std::atomic<int> ended = 0;
  TestServer server({}, {streaming(Waiting{ended})});
  RawClient client(server.server->port());
  client.send(kGet);
  client.receive_text("open\n");
  const auto began = std::chrono::steady_clock::now();
  server.server->drain(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 8s);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(without_head(client.receive_text()), "5\r\nopen\n\r\nb\r\nlast words\n\r\n0\r\n\r\n");
}

TEST(BodyStream, CutsOffWhoDoesNotRead) {
  std::atomic<int> refused = 0;
  ServerOptions options;
  options.limits.part_deadline = 100ms;
  TestServer server(options, {streaming([&refused](BodyStream& body) -> awaitable<void> {
                      return [](BodyStream& to, std::atomic<int>& count) -> awaitable<void> {
                        const std::string much(1'000'000, 'x');
                        while (co_await to.write(much)) {
                        }
                        ++count;
                        count.notify_all();
                      }(body, refused);
                    })});
  RawClient client(server.server->port());
  client.send(kGet);
  refused.wait(0);
  EXPECT_EQ(refused, 1);
}

TEST(BodyStream, ThatFailsIsCutShort) {
  TestServer server({}, {streaming([](BodyStream& body) -> awaitable<void> {
                      return [](BodyStream& to) -> awaitable<void> {
                        co_await to.write("so far");
                        throw std::runtime_error("no further");
                      }(body);
                    })});
  RawClient client(server.server->port());
  client.send(kGet);
  EXPECT_EQ(without_head(client.receive_text()), "6\r\nso far\r\n");
}

TEST(BodyStream, BearsALittleThatItsReaderSaysAndNoMore) {
  std::atomic<int> ended = 0;
  TestServer server({}, {streaming(Waiting{ended})});
  RawClient client(server.server->port());
  client.send(kGet);
  client.receive_text("open\n");
  client.send("\r\n");
  EXPECT_EQ(ended, 0);
  client.send(std::string(200'000, 'x'));
  ended.wait(0);
  EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace taskstream::http
