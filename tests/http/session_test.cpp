#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

const std::string kHost = "Host: localhost\r\n";

std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + kHost + std::string(fields) + "\r\n";
}
std::string write(std::string_view method, std::string_view target, std::string_view fields,
                  std::string_view body = "{}") {
  return std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n" + kHost +
         "Content-Type: application/json\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

class Session : public ::testing::Test {
 protected:
  TestServer server_;
  RawClient client_{server_.server->port()};

  RawResponse ask(std::string_view bytes) {
    client_.send(bytes);
    return client_.receive();
  }
};

TEST_F(Session, AnswersRefusalsWithProblemDocuments) {
  const auto response = ask("GET /hello?x HTTP/1.1\r\n" + kHost + "X A: 1\r\n\r\n");
  EXPECT_EQ(response.fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(response.fields.at("connection"), "close");
  const auto problem = nlohmann::json::parse(response.body);
  EXPECT_EQ(problem["code"], "MALFORMED");
  EXPECT_EQ(problem["status"], 400);
  EXPECT_EQ(problem["instance"], "/hello?x");
  EXPECT_EQ(problem["requestId"], response.fields.at("x-request-id"));
}

TEST_F(Session, TakesOrMakesRequestIds) {
  EXPECT_EQ(ask(get("/hello", "X-Request-Id: abc 123\r\n")).fields.at("x-request-id"), "abc 123");
  const auto made = ask(get("/hello")).fields.at("x-request-id");
  EXPECT_EQ(made.size(), 36U);
  EXPECT_NE(ask(get("/hello")).fields.at("x-request-id"), made);
  EXPECT_EQ(ask(get("/hello", "X-Request-Id: " + std::string(129, 'a') + "\r\n")).fields.at("x-request-id").size(),
            36U);
  EXPECT_EQ(ask(get("/hello", "X-Request-Id: a\r\nX-Request-Id: b\r\n")).fields.at("x-request-id").size(), 36U);
  EXPECT_EQ(ask(get("/hello", "X-Request-Id: \xc3\xa9\r\n")).fields.at("x-request-id").size(), 36U);
}

TEST_F(Session, KnowsTheActor) {
  EXPECT_EQ(ask(get("/whoami")).body, "anonymous");
  EXPECT_EQ(ask(get("/whoami", "Taskstream-Actor: Ada Lovelace\r\n")).body, "Ada Lovelace");
  for (const auto& name :
       {std::string(), std::string(129, 'a'), std::string("caf\xc3\xa9"), std::string("system:policy")}) {
    const auto response = ask(get("/whoami", "Taskstream-Actor: " + name + "\r\n"));
    EXPECT_EQ(response.status, 400U) << name;
    EXPECT_EQ(nlohmann::json::parse(response.body)["code"], "MALFORMED");
  }
  EXPECT_EQ(ask(get("/whoami", "Taskstream-Actor: a\r\nTaskstream-Actor: b\r\n")).status, 400U);
}

TEST_F(Session, AnswersHeadWithTheLengthAlone) {
  client_.send("HEAD /hello HTTP/1.1\r\n" + kHost + "\r\n" + get("/hello"));
  const auto head = client_.receive(true);
  const auto whole = client_.receive();
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.fields.at("content-length"), std::to_string(whole.body.size()));
  EXPECT_EQ(whole.body, R"({"hello":"world"})");
  client_.send("HEAD /nowhere HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(client_.receive(true).status, 404U);
}

TEST_F(Session, SaysWhatAPathTakes) {
  const auto options = ask("OPTIONS /things/7 HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.fields.at("allow"), "PATCH, DELETE, OPTIONS");
  EXPECT_EQ(options.fields.at("accept-patch"), "application/merge-patch+json, application/json");
  EXPECT_FALSE(options.fields.contains("content-length"));
  const auto wrong = ask(get("/things/7"));
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.fields.at("allow"), "PATCH, DELETE, OPTIONS");
  const auto unsupported =
      ask("PATCH /things/7 HTTP/1.1\r\n" + kHost + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(unsupported.status, 415U);
  EXPECT_EQ(unsupported.fields.at("accept-patch"), "application/merge-patch+json, application/json");
}

TEST_F(Session, TakesTheMediaTypesOfItsRouteOnly) {
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\n" + kHost +
                "Content-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}")
                .status,
            201U);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\n{}").status, 415U);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\n\r\n").status, 201U);
  EXPECT_EQ(ask(write("POST", "/echo", "Content-Encoding: gzip\r\n")).status, 415U);
  EXPECT_EQ(ask(write("POST", "/echo", "Content-Type: text/plain\r\n")).status, 415U);
  EXPECT_EQ(ask("DELETE /things/7 HTTP/1.1\r\n" + kHost + "Content-Type: application/json\r\n\r\n").status, 204U);
  EXPECT_EQ(ask(write("DELETE", "/things/7", "")).status, 415U);
}

TEST_F(Session, ChecksInTheirOrder) {
  const std::string foreign = "Origin: http://evil\r\n";
  const std::string large = "Content-Length: 100000\r\n\r\n";
  const auto status_of = [this](std::string_view bytes) {
    RawClient client(server_.server->port());
    client.send(bytes);
    return client.receive().status;
  };
  EXPECT_EQ(status_of("PUT /nowhere HTTP/1.1\r\nHost: evil\r\n" + foreign + large), 421U);
  EXPECT_EQ(status_of("PUT /nowhere HTTP/1.1\r\n" + kHost + foreign + large), 403U);
  EXPECT_EQ(status_of("PUT /nowhere HTTP/1.1\r\n" + kHost + large), 404U);
  EXPECT_EQ(status_of("PUT /hello HTTP/1.1\r\n" + kHost + large), 405U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + kHost + "Content-Type: text/plain\r\n" + large), 413U);
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\n" + kHost +
                      "Content-Type: text/plain\r\nTaskstream-Actor: \r\nContent-Length: 1\r\n\r\nx"),
            415U);
  EXPECT_EQ(
      status_of("POST /echo?%zz HTTP/1.1\r\n" + kHost + "Content-Type: application/json\r\nContent-Length: 1\r\n\r\nx"),
      400U);
}

TEST_F(Session, BoundsBodiesByRoute) {
  EXPECT_EQ(ask(write("POST", "/echo", "", std::string(64 * 1024, ' '))).status, 201U);
  EXPECT_EQ(ask(write("POST", "/v1/batch", "", std::string(1024 * 1024, ' '))).body.size(), 1024U * 1024U);
  EXPECT_EQ(ask(write("POST", "/v1/batch", "", std::string(1024 * 1024 + 1, ' '))).status, 413U);
  EXPECT_TRUE(client_.is_closed());
}

TEST_F(Session, AnswersARefusalThoughTheClientIsStillSending) {
  client_.send("POST /echo HTTP/1.1\r\n" + kHost +
               "Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n");
  client_.send(std::string(4'000'000, ' '));
  EXPECT_EQ(client_.receive().status, 413U);
}

TEST_F(Session, InvitesABodyThatWaitsForIt) {
  client_.send("POST /echo HTTP/1.1\r\n" + kHost +
               "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client_.receive().status, 100U);
  EXPECT_EQ(ask("{}").status, 201U);
  EXPECT_EQ(ask(get("/hello")).status, 200U);
}

TEST_F(Session, AnswersInsteadOfInvitingABodyThatIsOfNoUse) {
  const auto expecting = [](std::string_view line, std::string_view fields) {
    return std::string(line) + " HTTP/1.1\r\n" + kHost + std::string(fields) + "Expect: 100-continue\r\n\r\n";
  };
  const std::pair<std::string, unsigned> wanted[] = {
      {expecting("POST /nowhere", "Content-Length: 2\r\n"), 404},
      {expecting("POST /echo", "Content-Type: text/plain\r\nContent-Length: 2\r\n"), 415},
      {expecting("POST /echo", "Content-Type: application/json\r\nContent-Length: 70000\r\n"), 413},
  };
  for (const auto& [bytes, status] : wanted) {
    RawClient client(server_.server->port());
    client.send(bytes);
    EXPECT_EQ(client.receive().status, status);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(Session, HidesWhatAHandlerThrew) {
  const auto response = ask(get("/boom"));
  EXPECT_EQ(response.status, 500U);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(response.body)["code"], "INTERNAL_SERVER_ERROR");
}

TEST_F(Session, AnswersToLoopbackNamesOnly) {
  const auto status_for = [this](std::string_view host) {
    return ask("GET /hello HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").status;
  };
  for (const auto* host : {"localhost", "LocalHost:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80"})
    EXPECT_EQ(status_for(host), 200U) << host;
  for (const auto* host :
       {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "[::2]", ":80"})
    EXPECT_EQ(status_for(host), 421U) << host;
}

TEST_F(Session, TakesNoWritesFromForeignPages) {
  const auto status_for = [this](std::string_view origin) {
    return ask(write("POST", "/echo", "Origin: " + std::string(origin) + "\r\n")).status;
  };
  EXPECT_EQ(status_for("http://localhost"), 201U);
  for (const auto* origin : {"null", "http://localhost:1", "https://localhost", "http://evil", "", "http://localhost/"})
    EXPECT_EQ(status_for(origin), 403U) << origin;
  EXPECT_EQ(ask(write("POST", "/echo", "Origin: http://localhost\r\nOrigin: http://localhost\r\n")).status, 403U);
  EXPECT_EQ(ask(write("PATCH", "/things/7", "Origin: null\r\n")).status, 403U);
  EXPECT_EQ(ask("DELETE /things/7 HTTP/1.1\r\n" + kHost + "Origin: null\r\n\r\n").status, 403U);
  EXPECT_EQ(ask(get("/hello", "Origin: http://evil\r\n")).status, 200U);
}

TEST(ServerOptions, AddHostsAndOrigins) {
  TestServer server({.allowed_hosts = {"tasks.example"}, .cors_origins = {"https://board.example"}});
  RawClient client(server.server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: Tasks.example:80\r\nOrigin: https://board.example\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 201U);
}

TEST(ServerOptions, AnswerAnyHostBeyondLoopback) {
  TestServer server({.host = "0.0.0.0"});
  RawClient client(server.server->port());
  client.send("GET /hello HTTP/1.1\r\nHost: anything.example\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200U);
  client.send("POST /echo HTTP/1.1\r\nHost: anything.example\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 403U);
}

TEST_F(Session, ServesHealthAndItsDescription) {
  EXPECT_EQ(ask(get("/health/live")).status, 200U);
  EXPECT_EQ(ask(get("/health/ready")).body, R"({"status":"ready"})");
  server_.readiness.set("log", "3 records behind");
  server_.readiness.set("clock", "is off");
  const auto response = ask(get("/health/ready"));
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.body, R"({"status":"not ready","reasons":["clock: is off","log: 3 records behind"]})");
  server_.readiness.clear("log");
  server_.readiness.clear("clock");
  EXPECT_EQ(ask(get("/health/ready")).status, 200U);
  const auto openapi = ask(get("/openapi.yaml"));
  EXPECT_EQ(openapi.fields.at("content-type"), "application/yaml");
  EXPECT_EQ(openapi.body, "openapi: 3.1.0\n");
}

TEST(Deadline, EndsARequestThatIsSlow) {
  TestServer server({.limits = {.request_deadline = 200ms}});
  const std::string head =
      "POST /echo HTTP/1.1\r\n" + kHost + "Content-Type: application/json\r\nContent-Length: 5\r\n\r\n";
  for (const auto& part : {std::string("G"), head.substr(0, 40), head, head + "abc"}) {
    RawClient client(server.server->port());
    client.send(part);
    EXPECT_EQ(client.receive_all(), std::vector<unsigned>{408}) << part;
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Deadline, IsNotMovedByBytesThatTrickleIn) {
  TestServer server({.limits = {.request_deadline = 500ms}});
  RawClient client(server.server->port());
  const auto began = std::chrono::steady_clock::now();
  std::atomic<bool> answered = false;
  std::thread trickle([&] {
    client.send("GET /hello HTTP/1.1\r\nX: ");
    while (!answered) {
      client.send("a");
      std::this_thread::sleep_for(5ms);
    }
  });
  EXPECT_EQ(client.receive().status, 408U);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  answered = true;
  trickle.join();
}

TEST(Deadline, StartsAnewWithEachRequest) {
  TestServer server({.limits = {.request_deadline = 3s, .idle_time = 10s}});
  RawClient client(server.server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello HTTP/1.1\r\n");
    std::this_thread::sleep_for(1100ms);  // three times this is more than one deadline
    client.send(kHost + "\r\n");
    EXPECT_EQ(client.receive().status, 200U);
  }
}

TEST(IdleTime, EndsASilentConnectionWithoutAWord) {
  TestServer server({.limits = {.idle_time = 2s}});
  RawClient client(server.server->port());
  client.send(get("/hello"));
  EXPECT_EQ(client.receive().status, 200U);
  EXPECT_EQ(client.receive_all(), std::vector<unsigned>{});
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Session, AnswersAClientThatHungUpHalfway) {
  client_.send("GET /hello HTTP/1.1\r\nHost: loc");
  client_.end_sending();
  EXPECT_EQ(client_.receive_all(), std::vector<unsigned>{400});
}

TEST_F(Session, AnswersAClientThatOnlyStoppedSending) {
  client_.send(get("/hello") + get("/whoami"));
  client_.end_sending();
  EXPECT_EQ(client_.receive_all(), (std::vector<unsigned>{200, 200}));
}

TEST(ConnectionLimit, LetsTheNextOneWait) {
  TestServer server({.limits = {.connections = 2}});
  RawClient first(server.server->port());
  RawClient second(server.server->port());
  first.send(get("/hello"));
  second.send(get("/hello"));
  EXPECT_EQ(first.receive().status, 200U);
  EXPECT_EQ(second.receive().status, 200U);
  RawClient third(server.server->port());
  third.send(get("/hello"));
  first.send(get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(first.receive_all(), std::vector<unsigned>{200});
  first.end_sending();
  EXPECT_EQ(third.receive().status, 200U);
}

}  // namespace
}  // namespace taskstream::http
