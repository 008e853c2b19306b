#include "command-service/http/responses.hpp"

#include <gtest/gtest.h>

#include "command-service/http/parsed_command.hpp"
#include "tests/parse/every_problem.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using nlohmann::json;

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
  EXPECT_EQ(place_of_values(UnlockTask()), http::FieldError::Location::Query);
  EXPECT_EQ(place_of_values(ChangeStatus()), http::FieldError::Location::Body);
  EXPECT_EQ(place_of_values(DeactivateUser()), http::FieldError::Location::Body);
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
  const json known = document(version_conflict(conflict()));
  EXPECT_EQ(known["expectedVersion"], 6);
  EXPECT_EQ(known["currentVersion"], 7);
  EXPECT_EQ(known["current"]["title"], "Write the long guide");
  EXPECT_EQ(known["current"]["version"], 7);
}

TEST(Responses, TellInAConflictWhoChangedWhatAndWhatOfItTheRequestChangesToo) {
  const json body = document(version_conflict(conflict()));
  EXPECT_EQ(body["changes"],
            json::parse(R"([{"field":"title","version":7,"actor":"ben","time":"2026-11-25T12:00:00.000000Z"}])"));
  EXPECT_EQ(body["conflictingFields"], json({"title"}));
  EXPECT_EQ(body["mergeable"], false);
}

TEST(Responses, OfferToMergeWhereNothingConflicts) {
  VersionConflict mergeable = conflict();
  mergeable.conflicting.clear();
  mergeable.mergeable = true;
  const json body = document(version_conflict(mergeable));
  EXPECT_EQ(body["conflictingFields"], json::array());
  EXPECT_EQ(body["mergeable"], true);
  EXPECT_NE(body["detail"].get<std::string>().find("conflict=merge"), std::string::npos);
}

TEST(Responses, LeaveOutOfAConflictNothingThatIsNotThere) {
  const json body = document(version_conflict({.expected = std::nullopt, .current = conflict().current}));
  EXPECT_TRUE(body["expectedVersion"].is_null());
  EXPECT_EQ(body["changes"], json::array());
  EXPECT_EQ(body["conflictingFields"], json::array());
  EXPECT_EQ(body["mergeable"], false);
}

TEST(Responses, TellOfATakenIdNothingThatItsSenderMayNotSee) {
  const json body = document(version_conflict({}));
  EXPECT_EQ(body["code"], "VERSION_CONFLICT");
  EXPECT_FALSE(body.contains("current"));
  EXPECT_FALSE(body.contains("currentVersion"));
  EXPECT_TRUE(body["expectedVersion"].is_null());
  EXPECT_EQ(body["changes"], json::array());
  EXPECT_EQ(body["mergeable"], false);
  EXPECT_EQ(body["detail"], "The id is taken. Choose another one.");
}

TEST(Responses, ForbidWhatIsSeenAndNotTheirsToChange) {
  const json body = document(to_problem(TaskMayOnlyBeClaimed()));
  EXPECT_EQ(body["status"], 403);
  EXPECT_EQ(body["code"], "FORBIDDEN");
}

TEST(Responses, ShowTheUserInAConflictOverOne) {
  const events::UserState user{.id = kAnn, .first_name = "Ann", .version = {3}};
  const json body = document(version_conflict({.expected = events::StreamVersion{2}, .current = user}));
  EXPECT_EQ(body["current"]["userId"], kAnn.to_string());
  EXPECT_EQ(body["currentVersion"], 3);
  EXPECT_TRUE(body["detail"].get<std::string>().starts_with("The user is not at the version"));
}

TEST(Responses, NameTheEventThatMayYetLand) {
  EXPECT_EQ(document(outcome_unknown(kEvent))["eventId"], kEvent.to_string());
}

}  // namespace
}  // namespace taskstream::command
