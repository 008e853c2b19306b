#include "command-service/http/answer.hpp"

#include <gtest/gtest.h>

#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Response;

Succeeded success() {
  return {.state = events::TaskState{.id = kTask, .title = "x", .version = {3}}, .event_id = kEvent};
}

Response response_to(Succeeded result, AnswerTerms terms = {}) {
  return std::get<Response>(to_outcome({.result = std::move(result)}, terms, {}));
}

std::string preference_applied(Succeeded result, AnswerTerms terms = {}) {
  return response_to(std::move(result), std::move(terms)).fields["Preference-Applied"];
}

TEST(Answer, SaysThatItMergedOnlyWhenItDid) {
  Succeeded merged = success();
  merged.merged = true;
  EXPECT_EQ(preference_applied(success()), "");
  EXPECT_EQ(preference_applied(merged), "conflict=merge");
  EXPECT_EQ(preference_applied(success(), {.return_minimal = true}), "return=minimal");
  EXPECT_EQ(preference_applied(merged, {.return_minimal = true}), "return=minimal, conflict=merge");
}

TEST(Answer, GivesARefusalItsToken) {
  const VersionConflict conflict{.expected = events::StreamVersion{1}, .current = success().state};
  const auto outcome = to_outcome({.result = conflict, .fold = events::PositionVector({5})}, {}, {});
  const auto& headers = std::get<http::Problem>(outcome).headers;
  EXPECT_EQ(std::ranges::count(headers, "Consistency-Token", &std::pair<std::string, std::string>::first), 1);
}

}  // namespace
}  // namespace taskstream::command
