#include "http/problem.hpp"

#include <gtest/gtest.h>

namespace taskstream::http {
namespace {

nlohmann::json document_of(const Problem& problem) {
  Request request;
  request.target = "/v1/tasks/7?a=b";
  request.request_id = "r-1";
  return nlohmann::json::parse(to_response(problem, request).body);
}

TEST(Problem, HoldsWhatTheRfcAndItsCodeAskFor) {
  Problem problem{.status = Status::precondition_failed, .code = "VERSION_CONFLICT", .detail = "It changed."};
  problem.members["currentVersion"] = 7;
  problem.json_members.emplace_back("current", R"({"title":"a"})");
  problem.headers.emplace_back("Retry-After", "1");
  EXPECT_EQ(document_of(problem),
            nlohmann::json::parse(R"({"type": "/docs/errors.md#version_conflict", "title": "Precondition Failed",
    "status": 412, "detail": "It changed.", "instance": "/v1/tasks/7?a=b", "code": "VERSION_CONFLICT", "requestId": "r-1", "currentVersion": 7, "current": {"title": "a"}})"));
  const auto response = to_response(problem, {});
  EXPECT_EQ(response.fields["Content-Type"], "application/problem+json");
  EXPECT_EQ(response.fields["Retry-After"], "1");
}

TEST(Problem, IsCodedByTheReasonPhraseWhereNothingElseIsKnown) {
  EXPECT_EQ(plain_problem(Status::method_not_allowed, "").code, "METHOD_NOT_ALLOWED");
  EXPECT_EQ(plain_problem(Status::payload_too_large, "").code, "CONTENT_TOO_LARGE");
  EXPECT_EQ(plain_problem(Status::request_header_fields_too_large, "").code, "REQUEST_HEADER_FIELDS_TOO_LARGE");
  EXPECT_EQ(plain_problem(Status::misdirected_request, "").code, "MISDIRECTED_REQUEST");
  EXPECT_EQ(document_of({.status = Status::not_implemented})["code"], "NOT_IMPLEMENTED");
}

TEST(Problem, ListsFieldErrors) {
  const auto document = document_of(
      validation_failed({{.field = "tags/3", .reason = "is too long"},
                         {.field = "limit", .reason = "is no number", .location = FieldError::Location::Query}}));
  EXPECT_EQ(document["status"], 422);
  EXPECT_EQ(document["errors"],
            nlohmann::json::parse(R"([{"field": "tags/3", "reason": "is too long", "location": "body"},
                                                          {"field": "limit", "reason": "is no number", "location": "query"}])"));
}

TEST(Problem, SurvivesBytesThatAreNoText) {
  EXPECT_EQ(document_of(malformed("\xff?"))["detail"], "\xef\xbf\xbd?");
}

}  // namespace
}  // namespace taskstream::http
