#include "command-service/http/responses.hpp"

#include <gtest/gtest.h>

#include "command-service/http/parse_command.hpp"
#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Problem;
using nlohmann::json;

// The problem as a client reads it.
json document(const Problem& problem) {
  return json::parse(http::to_response(problem, request_on_task(http::Verb::patch)).body);
}

std::string retry_after(const Problem& problem) {
  return http::to_response(problem, request_on_task(http::Verb::patch)).fields["Retry-After"];
}

struct Expected {
  Problem problem;
  int status;
  std::string code;
};

std::vector<Expected> every_problem() {
  const events::TaskState task{.id = kTask, .title = "x", .version = {7}};
  return {
      {to_problem(TaskIsMissing()), 404, "NOT_FOUND"},
      {to_problem(TaskIsDeleted()), 410, "GONE"},
      {to_problem(ValuesAreInvalid{{{"title", "is too long"}}}), 422, "VALIDATION_FAILED"},
      {to_problem(TaskIsLocked{.holder = "ben", .expires_at = kTomorrow}), 423, "LOCKED"},
      {to_problem(
           TransitionIsIllegal{events::Status::Completed, events::Status::Blocked, {events::Status::InProgress}}),
       409, "ILLEGAL_TRANSITION"},
      {to_problem(TaskIsClosed()), 409, "TASK_CLOSED"},
      {version_conflict(events::StreamVersion{6}, task), 412, "VERSION_CONFLICT"},
      {precondition_required(), 428, "PRECONDITION_REQUIRED"},
      {idempotency_key_reused(), 422, "IDEMPOTENCY_KEY_REUSED"},
      {in_progress(), 409, "IN_PROGRESS"},
      {token_unknown(events::TokenError::OfAnotherLog), 400, "TOKEN_UNKNOWN"},
      {contended(), 503, "CONTENDED"},
      {log_unavailable("no broker answers"), 503, "LOG_UNAVAILABLE"},
      {behind_token(12), 503, "READ_MODEL_BEHIND"},
      {stream_quarantined({.version = {3}, .reason = "an unknown type"}), 503, "STREAM_QUARANTINED"},
      {starting(), 503, "STARTING"},
      {outcome_unknown(kEvent), 504, "OUTCOME_UNKNOWN"},
  };
}

TEST(Responses, HaveAStatusACodeAndASentence) {
  for (const auto& [problem, status, code] : every_problem()) {
    SCOPED_TRACE(code);
    const json body = document(problem);
    EXPECT_EQ(body["status"], status);
    EXPECT_EQ(body["code"], code);
    EXPECT_TRUE(body["detail"].get<std::string>().ends_with('.')) << body["detail"];
    EXPECT_EQ(body["instance"], "/v1/tasks/" + kTask.to_string());
  }
}

TEST(Responses, SayWhenToTryAgainWheneverNothingHappenedForWantOfTheService) {
  for (const auto& [problem, status, code] : every_problem()) {
    const bool is_worth_trying = status == 503 || code == "IN_PROGRESS";
    EXPECT_EQ(!retry_after(problem).empty(), is_worth_trying) << code;
  }
}

TEST(Responses, ListWhatIsInvalidByFieldAndPlace) {
  const json body = document(to_problem(ValuesAreInvalid{{{"title", "is too long"}, {"tags/3", "is there twice"}}}));
  EXPECT_EQ(body["errors"], json::parse(R"([{"field":"title","reason":"is too long","location":"body"},
                                            {"field":"tags/3","reason":"is there twice","location":"body"}])"));
}

TEST(Responses, NameTheQueryAsThePlaceOfAReasonThatCameInIt) {
  const json body = document(to_problem(ValuesAreInvalid{{{"reason", "is too long"}}}, place_of_values(DeleteTask())));
  EXPECT_EQ(body["errors"][0]["location"], "query");
  EXPECT_EQ(place_of_values(UnassignTask()), http::FieldError::Location::Query);
  EXPECT_EQ(place_of_values(ChangeStatus()), http::FieldError::Location::Body);
}

TEST(Responses, TellWhoHoldsALockAndUntilWhen) {
  const json body = document(to_problem(TaskIsLocked{.holder = "ben", .expires_at = kTomorrow}));
  EXPECT_EQ(body["holder"], "ben");
  EXPECT_EQ(body["expiresAt"], "2026-11-26T12:00:00.000000Z");
}

TEST(Responses, ListTheTransitionsThatAreAllowed) {
  const json body = document(to_problem(TransitionIsIllegal{
      events::Status::Blocked, events::Status::Completed, {events::Status::InProgress, events::Status::Deferred}}));
  EXPECT_EQ(body["from"], "BLOCKED");
  EXPECT_EQ(body["to"], "COMPLETED");
  EXPECT_EQ(body["allowed"], json({"IN_PROGRESS", "DEFERRED"}));
}

TEST(Responses, ShowBothVersionsAndTheTaskInAConflict) {
  const events::TaskState task{.id = kTask, .title = "x", .version = {7}};
  const json known = document(version_conflict(events::StreamVersion{6}, task));
  EXPECT_EQ(known["expectedVersion"], 6);
  EXPECT_EQ(known["currentVersion"], 7);
  EXPECT_EQ(known["current"]["title"], "x");
  EXPECT_EQ(known["current"]["version"], 7);
  EXPECT_TRUE(document(version_conflict(std::nullopt, task))["expectedVersion"].is_null());
}

TEST(Responses, NameTheEventThatMayYetLand) {
  EXPECT_EQ(document(outcome_unknown(kEvent))["eventId"], kEvent.to_string());
}

}  // namespace
}  // namespace taskstream::command
