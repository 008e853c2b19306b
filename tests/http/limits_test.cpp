#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

const std::string kBoard = "Origin: https://board.example\r\n";
const std::string kForeign = "Origin: https://evil.example\r\n";
const std::string kExposed =
    "ETag, Location, Consistency-Token, Event-Id, Link, Retry-After, Preference-Applied, Idempotency-Replayed, "
    "Read-Model-Age, X-Request-Id, RateLimit, RateLimit-Policy";

std::string request(std::string_view method, std::string_view target, std::string_view fields = "") {
  return std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
         "\r\n";
}
std::string post(std::string_view fields) {
  return request("POST", "/echo", std::string(fields) + "Content-Type: application/json\r\nContent-Length: 2\r\n") +
         "{}";
}

boost::asio::awaitable<Outcome> stream_a_word(const Request&) {
  co_return StreamedResponse{
      .body = [](BodyStream& body) -> boost::asio::awaitable<void> { co_await body.write("word"); }};
}
boost::asio::awaitable<Outcome> refuse_nobody(const Request&) {
  co_return json_response(Status::ok, "{}");
}

ServerOptions with_board() {
  return {.cors_origins = {"https://board.example", "http://127.0.0.1:8081"}};
}
ServerOptions with_rate(std::uint32_t rate) {
  ServerOptions options = with_board();
  options.limits.request_rate = rate;
  return options;
}

class Answers {
 public:
  explicit Answers(ServerOptions options)
      : server_(std::move(options),
                {{Verb::get, "/words", stream_a_word}, {Verb::get, "/open", refuse_nobody, {}, Access::Public}}) {}

  RawResponse operator()(std::string_view bytes) {
    RawClient client(server_.server->port());
    client.send(bytes);
    return client.receive(bytes.starts_with("HEAD"));
  }

 private:
  TestServer server_;
};

// ---- pages of other origins

TEST(Cors, LetsThePagesOfANamedOriginReadEveryAnswer) {
  Answers answer(with_board());
  for (const auto& bytes :
       {request("GET", "/hello", kBoard), request("HEAD", "/hello", kBoard), post(kBoard),
        request("GET", "/nowhere", kBoard), request("DELETE", "/hello", kBoard), request("GET", "/boom", kBoard),
        request("GET", "/words", kBoard), request("POST", "/echo", kBoard + "Content-Length: 100000\r\n"),
        request("OPTIONS", "/hello", kBoard)}) {
    const auto response = answer(bytes);
    EXPECT_EQ(response.fields.at("access-control-allow-origin"), "https://board.example") << bytes;
    EXPECT_EQ(response.fields.at("access-control-expose-headers"), kExposed) << bytes;
    EXPECT_EQ(response.fields.at("vary"), "Origin") << bytes;
    EXPECT_FALSE(response.fields.contains("access-control-allow-credentials")) << bytes;
  }
}

TEST(Cors, TellsForeignPagesNothing) {
  Answers answer(with_board());
  for (const auto& origin :
       {kForeign, std::string("Origin: null\r\n"), std::string("Origin: https://board.example.evil\r\n"),
        std::string("Origin: http://board.example\r\n"), std::string("")}) {
    for (const auto& bytes :
         {request("GET", "/hello", origin), request("GET", "/nowhere", origin),
          request("OPTIONS", "/echo", origin + "Access-Control-Request-Method: POST\r\n"), post(origin)}) {
      const auto response = answer(bytes);
      for (const auto& [name, value] : response.fields)
        EXPECT_FALSE(name.starts_with("access-control-")) << bytes << name;
      EXPECT_EQ(response.fields.at("vary"), "Origin");
    }
  }
}

TEST(Cors, AnswersPreflights) {
  Answers answer(with_board());
  const auto response = answer(request(
      "OPTIONS", "/things/7",
      kBoard + "Access-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: authorization,if-match\r\n"));
  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(response.fields.at("access-control-allow-origin"), "https://board.example");
  EXPECT_EQ(response.fields.at("access-control-allow-methods"), "PATCH, DELETE, OPTIONS");
  const auto& taken = response.fields.at("access-control-allow-headers");
  for (const auto* name : {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer",
                           "Consistency-Token", "Last-Event-ID", "Taskstream-Actor", "X-Request-Id"}) {
    EXPECT_NE(taken.find(name), std::string::npos) << name;
  }
  EXPECT_TRUE(response.fields.contains("access-control-max-age"));
}

TEST(Cors, LetsNamedOriginsWriteAndForeignOnesNot) {
  Answers answer(with_board());
  EXPECT_EQ(answer(post(kBoard)).status, 201U);
  EXPECT_EQ(answer(post("Origin: http://127.0.0.1:8081\r\n")).status, 201U);
  EXPECT_EQ(answer(post("Origin: http://localhost\r\n")).status, 201U);  // its own
  EXPECT_EQ(answer(post("Origin: https://localhost\r\n")).status, 403U);
  EXPECT_EQ(answer(post(kForeign)).status, 403U);
  EXPECT_EQ(answer(post("Origin: null\r\n")).status, 403U);
}

TEST(Cors, IsSilentWhereNoOriginIsNamed) {
  Answers answer({});
  const auto response = answer(request("GET", "/hello", kBoard));
  EXPECT_FALSE(response.fields.contains("vary"));
  EXPECT_FALSE(response.fields.contains("access-control-allow-origin"));
}

// ---- rates

TEST(Rates, RefuseWhatIsTooManyAndSayWhen) {
  Answers answer(with_rate(2));
  for (const auto* left : {"1", "0"}) {
    const auto response = answer(request("GET", "/hello"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.fields.at("ratelimit-policy"), "\"principal\";q=2;w=1");
    EXPECT_EQ(response.fields.at("ratelimit"), "\"principal\";r=" + std::string(left) + ";t=1");
    EXPECT_FALSE(response.fields.contains("retry-after"));
  }
  const auto refused = answer(request("GET", "/hello", kBoard));
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.fields.at("retry-after"), "1");
  EXPECT_EQ(refused.fields.at("ratelimit-policy"), "\"principal\";q=2;w=1");
  EXPECT_EQ(refused.fields.at("ratelimit"), "\"principal\";r=0;t=1");
  EXPECT_EQ(refused.fields.at("access-control-allow-origin"), "https://board.example");
  EXPECT_EQ(nlohmann::json::parse(refused.body)["code"], "RATE_LIMITED");
}

TEST(Rates, AreOfEachNameApart) {
  Answers answer(with_rate(1));
  EXPECT_EQ(answer(request("GET", "/hello", "Taskstream-Actor: ann\r\n")).status, 200U);
  EXPECT_EQ(answer(request("GET", "/hello", "Taskstream-Actor: ann\r\n")).status, 429U);
  EXPECT_EQ(answer(request("GET", "/hello", "Taskstream-Actor: bob\r\n")).status, 200U);
  EXPECT_EQ(answer(request("GET", "/hello")).status, 200U);
  EXPECT_EQ(answer(request("GET", "/hello")).status, 429U);
}

TEST(Rates, StandBetweenThePathAndTheBody) {
  Answers answer(with_rate(1));
  EXPECT_EQ(answer(request("GET", "/hello")).status, 200U);
  EXPECT_EQ(answer(request("GET", "/nowhere")).status, 404U);
  EXPECT_EQ(answer(request("PUT", "/hello", "Content-Length: 0\r\n")).status, 405U);
  EXPECT_EQ(answer(post(kForeign)).status, 403U);
  EXPECT_EQ(answer(request("POST", "/echo", "Content-Length: 100000\r\n")).status, 429U);
  EXPECT_EQ(answer(request("POST", "/echo", "Content-Type: text/plain\r\nContent-Length: 0\r\n")).status, 429U);
  EXPECT_EQ(answer(request("POST", "/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n")).status, 429U);
}

TEST(Rates, LeaveAloneWhatIsOpenToEverybody) {
  Answers answer(with_rate(1));
  for (int i = 0; i < 5; ++i) {
    const auto response = answer(request("GET", "/open"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_FALSE(response.fields.contains("ratelimit"));
    EXPECT_EQ(answer(request("GET", "/health/live")).status, 200U);
    EXPECT_EQ(answer(request("OPTIONS", "/hello")).status, 204U);
  }
}

TEST(Rates, AreOffUnlessAsked) {
  Answers answer({});
  for (int i = 0; i < 50; ++i) {
    const auto response = answer(request("GET", "/hello"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_FALSE(response.fields.contains("ratelimit-policy"));
  }
}

}  // namespace
}  // namespace taskstream::http
