#include "http/router.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace taskstream::http {
namespace {

boost::asio::awaitable<Outcome> nothing(Request) {
  co_return Response{};
}

Router router() {
  return Router({{.verb = Verb::get, .pattern = "/", .handler = nothing},
                 {.verb = Verb::get, .pattern = "/v1/tasks/{id}", .handler = nothing},
                 {.verb = Verb::patch,
                  .pattern = "/v1/tasks/{id}",
                  .handler = nothing,
                  .media_types = {"application/merge-patch+json", "application/json"}},
                 {.verb = Verb::get, .pattern = "/v1/tasks/newest", .handler = nothing},
                 {.verb = Verb::put, .pattern = "/v1/tasks/{id}/notes/{note}", .handler = nothing}});
}

// The pattern found, or the problem's code.
std::string found(const Router& table, Verb verb, std::string path) {
  Request request{.verb = verb, .path = std::move(path)};
  const auto outcome = table.find(request);
  const auto* problem = std::get_if<Problem>(&outcome);
  return problem != nullptr ? problem->code : std::get<const Route*>(outcome)->pattern;
}

TEST(Router, FindsRoutesByMethodAndPath) {
  const auto table = router();
  EXPECT_EQ(found(table, Verb::get, "/"), "/");
  EXPECT_EQ(found(table, Verb::get, "/v1/tasks/7"), "/v1/tasks/{id}");
  EXPECT_EQ(found(table, Verb::head, "/v1/tasks/7"), "/v1/tasks/{id}");
  EXPECT_EQ(found(table, Verb::get, "/v1/tasks/newest"), "/v1/tasks/newest");
}

TEST(Router, NamesWhatStoodInThePath) {
  const auto table = router();
  Request request{.verb = Verb::put, .path = "/v1/tasks/7/notes/a b"};
  ASSERT_TRUE(std::holds_alternative<const Route*>(table.find(request)));
  EXPECT_EQ(request.path_parameter("id"), "7");
  EXPECT_EQ(request.path_parameter("note"), "a b");
  EXPECT_EQ(request.path_parameter("other"), "");
}

TEST(Router, KnowsNoOtherPaths) {
  const auto table = router();
  for (const auto* path : {"", "v1/tasks/7", "/v1", "/v1/tasks", "/v1/tasks/", "/v1/tasks/7/", "//v1/tasks/7",
                           "/v1//tasks/7", "/V1/tasks/7", "/v1/../v1/tasks/7"}) {
    EXPECT_EQ(found(table, Verb::get, path), "NOT_FOUND") << path;
  }
}

TEST(Router, SaysWhichMethodsAPathTakes) {
  const auto table = router();
  Request request{.verb = Verb::delete_, .path = "/v1/tasks/7"};
  const auto outcome = table.find(request);
  const auto& problem = std::get<Problem>(outcome);
  EXPECT_EQ(problem.status, Status::method_not_allowed);
  ASSERT_EQ(problem.headers.size(), 1U);
  EXPECT_EQ(problem.headers.front(), (std::pair<std::string, std::string>("Allow", "GET, HEAD, PATCH, OPTIONS")));
}

TEST(Router, AnswersOptionsItselfEvenAfterItMoved) {
  auto first = router();
  const auto table = std::move(first);
  Request request{.verb = Verb::options, .path = "/v1/tasks/7"};
  const auto* route = std::get<const Route*>(table.find(request));
  boost::asio::io_context context;
  Outcome answer;
  boost::asio::co_spawn(context, route->handler(request),
                        [&](const std::exception_ptr&, Outcome outcome) { answer = std::move(outcome); });
  context.run();
  const auto& response = std::get<Response>(answer);
  EXPECT_EQ(response.status, Status::no_content);
  EXPECT_EQ(response.fields["Allow"], "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(response.fields["Accept-Patch"], "application/merge-patch+json, application/json");
}

TEST(Router, RefusesATableThatContradictsItself) {
  EXPECT_THROW(Router({{.verb = Verb::get, .pattern = "/a", .handler = nothing},
                       {.verb = Verb::get, .pattern = "/a", .handler = nothing}}),
               std::logic_error);
  EXPECT_THROW(Router({{.verb = Verb::get, .pattern = "a", .handler = nothing}}), std::logic_error);
}

}  // namespace
}  // namespace taskstream::http
