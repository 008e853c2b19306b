#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/auth/authenticator.hpp"
#include "tests/http/auth_files.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

// Who is let in, over real sockets: 401 and 403, and at which place among the other checks.
namespace taskstream::http {
namespace {

const std::string kHost = "Host: localhost\r\n";

boost::asio::awaitable<Outcome> tell_actor(Request request) {
  co_return json_response(Status::ok, request.principal.actor);
}

Route route(Verb verb, const char* pattern, Access access) {
  return {verb, pattern, tell_actor,
          verb == Verb::get ? std::vector<std::string>{} : std::vector<std::string>{"application/json"}, access};
}

class SessionAccess : public ::testing::Test {
 protected:
  SessionAccess() {
    AuthFile file;
    file.tokens.push_back(token_of("reader", kMemberId, Role::Member, scopes_of({&Scopes::tasks_read})));
    file.tokens.push_back(token_of("writer", kMemberId, Role::Member, scopes_of({&Scopes::tasks_write})));
    file.tokens.push_back(token_of("member", kMemberId, Role::Member, scopes_of({&Scopes::users_write})));
    file.tokens.push_back(token_of("manager", "boss", Role::Manager, scopes_of({&Scopes::users_write})));
    file.tokens.push_back(token_of("root", "Root Admin", Role::Admin, scopes_of({&Scopes::admin})));
    file.tokens.push_back(token_of("expired", "boss", Role::Manager, Scopes::all()));
    file.tokens.back().expires_at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    folder_.write(file);
    authenticator_ = std::make_unique<Authenticator>(folder_.file());
    ServerOptions options;
    options.authenticator = authenticator_.get();
    server_ = std::make_unique<TestServer>(
        options,
        std::vector<Route>{route(Verb::get, "/public", Access::Public), route(Verb::get, "/read", Access::TasksRead),
                           route(Verb::post, "/write", Access::TasksWrite),
                           route(Verb::post, "/users", Access::UsersWrite), route(Verb::get, "/admin", Access::Admin)});
  }

  RawResponse ask(const std::string& line, const std::string& token = "", const std::string& fields = "") {
    RawClient client(server_->server->port());
    const auto authorization = token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
    client.send(line + " HTTP/1.1\r\n" + kHost + authorization + fields + "\r\n");
    return client.receive(line.starts_with("HEAD"));
  }

  AuthFolder folder_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(SessionAccess, LetsIn) {
  struct Case {
    const char* line;
    const char* token;
    unsigned status;
  };
  const Case cases[] = {
      {"GET /public", "", 200},        {"GET /public", "unknown", 200}, {"GET /health/live", "", 200},
      {"GET /openapi.yaml", "", 200},  {"HEAD /public", "", 200},       {"OPTIONS /read", "", 204},
      {"OPTIONS /admin", "", 204},     {"GET /read", "", 401},          {"HEAD /read", "", 401},
      {"GET /read", "unknown", 401},   {"GET /read", "expired", 401},   {"GET /read", "reader", 200},
      {"GET /read", "writer", 200},    {"GET /read", "member", 403},    {"GET /read", "root", 200},
      {"POST /write", "reader", 403},  {"POST /write", "writer", 200},  {"POST /write", "manager", 403},
      {"POST /write", "root", 200},    {"POST /users", "writer", 403},  {"POST /users", "member", 403},
      {"POST /users", "manager", 200}, {"POST /users", "root", 200},    {"GET /admin", "manager", 403},
      {"GET /admin", "root", 200},     {"GET /v1/me", "", 401},         {"GET /v1/me", "reader", 200},
      {"GET /nowhere", "", 401},       {"GET /nowhere", "reader", 404}, {"DELETE /read", "", 401},
      {"DELETE /read", "reader", 405}, {"POST /health/live", "", 401},  {"OPTIONS /nowhere", "", 404},
  };
  for (const auto& [line, token, status] : cases) {
    EXPECT_EQ(ask(line, token).status, status) << line << ' ' << token;
  }
}

TEST_F(SessionAccess, SaysWhatToAuthenticateWith) {
  const auto none = ask("GET /read");
  EXPECT_EQ(none.fields.at("www-authenticate"), "Bearer realm=\"taskstream\"");
  EXPECT_EQ(nlohmann::json::parse(none.body)["code"], "UNAUTHORIZED");
  const auto unknown = ask("GET /read", "planted-secret");
  EXPECT_EQ(
      unknown.fields.at("www-authenticate"),
      "Bearer realm=\"taskstream\", error=\"invalid_token\", error_description=\"The token is unknown, or has been "
      "revoked.\"");
  EXPECT_EQ(unknown.body.find("planted-secret"), std::string::npos);
  const auto too_little = ask("POST /write", "reader");
  EXPECT_EQ(too_little.fields.at("www-authenticate"),
            "Bearer realm=\"taskstream\", error=\"insufficient_scope\", scope=\"tasks:write\"");
  EXPECT_EQ(nlohmann::json::parse(too_little.body)["code"], "FORBIDDEN");
}

TEST_F(SessionAccess, TakesOneBearerTokenAlone) {
  EXPECT_EQ(ask("GET /read", "", "Authorization: bearer reader\r\n").status, 200U);
  EXPECT_EQ(ask("GET /read", "", "Authorization: BEARER  reader\r\n").status, 200U);
  for (const auto* field :
       {"Authorization: Basic reader", "Authorization: reader", "Authorization: Bearer",
        "Authorization:", "Authorization: Bearer reader, Bearer reader", "Authorization: Bearer reader x",
        "Authorization: Bearer reader\r\nAuthorization: Bearer reader"}) {
    EXPECT_EQ(ask("GET /read", "", std::string(field) + "\r\n").status, 401U) << field;
  }
  EXPECT_EQ(ask("GET /read?access_token=reader").status, 401U);
  EXPECT_EQ(ask("GET /read", std::string(7'000, 'a')).status, 401U);
}

TEST_F(SessionAccess, KnowsTheActorByTheTokenAlone) {
  EXPECT_EQ(ask("GET /read", "reader", "Taskstream-Actor: somebody else\r\n").body, kMemberId);
  EXPECT_EQ(ask("GET /read", "root", "Taskstream-Actor: \r\n").body, "Root Admin");
}

TEST_F(SessionAccess, ComesAfterHostAndOriginAndBeforePathAndBody) {
  const std::string foreign = "Origin: http://evil\r\n";
  const std::string large = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
  const auto status_of = [this](const std::string& request) {
    RawClient client(server_->server->port());
    client.send(request + "\r\n");
    return client.receive().status;
  };
  EXPECT_EQ(status_of("POST /nowhere HTTP/1.1\r\nHost: evil\r\n" + foreign + large), 421U);
  EXPECT_EQ(status_of("POST /nowhere HTTP/1.1\r\n" + kHost + foreign + large), 403U);
  EXPECT_EQ(status_of("POST /nowhere HTTP/1.1\r\n" + kHost + large), 401U);
  const std::string reader = "Authorization: Bearer reader\r\n";
  EXPECT_EQ(status_of("POST /nowhere HTTP/1.1\r\n" + kHost + reader + large), 404U);
  EXPECT_EQ(status_of("PUT /write HTTP/1.1\r\n" + kHost + reader + large), 405U);
  EXPECT_EQ(status_of("POST /write HTTP/1.1\r\n" + kHost + reader + large), 403U);
  EXPECT_EQ(status_of("POST /write HTTP/1.1\r\n" + kHost + "Authorization: Bearer writer\r\n" + large), 413U);
}

TEST_F(SessionAccess, TellsWhoAsks) {
  const auto me = [this](const std::string& token) { return nlohmann::json::parse(ask("GET /v1/me", token).body); };
  const nlohmann::json writer{
      {"actor", kMemberId}, {"userId", kMemberId}, {"role", "member"}, {"scopes", {"tasks:write"}}};
  const nlohmann::json root{{"actor", "Root Admin"}, {"role", "admin"}, {"scopes", {"admin"}}};
  EXPECT_EQ(me("writer"), writer);
  EXPECT_EQ(me("root"), root);
}

TEST_F(SessionAccess, FollowsTheFile) {
  EXPECT_EQ(ask("GET /read", "reader").status, 200U);
  AuthFile file;
  file.tokens.push_back(token_of("other", kMemberId, Role::Member, scopes_of({&Scopes::tasks_read})));
  folder_.write(file);
  authenticator_->reload();
  EXPECT_EQ(ask("GET /read", "reader").status, 401U);
  EXPECT_EQ(ask("GET /read", "other").status, 200U);
}

TEST(SessionWithoutAuthentication, LetsEverybodyDoEverything) {
  TestServer server({}, {route(Verb::get, "/admin", Access::Admin)});
  RawClient client(server.server->port());
  const auto ask = [&](const std::string& target, const std::string& fields = "") {
    client.send("GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n");
    return client.receive();
  };
  EXPECT_EQ(ask("/admin").status, 200U);
  EXPECT_EQ(ask("/admin", "Authorization: Bearer whatever\r\n").status, 200U);
  const nlohmann::json anonymous{
      {"actor", "anonymous"}, {"role", "admin"}, {"scopes", {"tasks:read", "tasks:write", "users:write", "admin"}}};
  EXPECT_EQ(nlohmann::json::parse(ask("/v1/me").body), anonymous);
  EXPECT_EQ(nlohmann::json::parse(ask("/v1/me", "Taskstream-Actor: Ada\r\n").body)["actor"], "Ada");
  EXPECT_EQ(ask("/v1/me?x=1").status, 422U);
}

}  // namespace
}  // namespace taskstream::http
