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

TEST(Answer, SaysWhereWhatWasCreatedIs) {
  const AnswerTerms created{.form = AnswerForm::Created};
  EXPECT_EQ(response_to(success(), created).fields["Location"], "/v1/tasks/" + kTask.to_string());
  const Succeeded registered{.state = events::UserState{.id = kAnn, .version = {1}}};
  const Response response = response_to(registered, created);
  EXPECT_EQ(response.fields["Location"], "/v1/users/" + kAnn.to_string());
  EXPECT_EQ(static_cast<unsigned>(response.status), 201U);
  EXPECT_EQ(response.fields["ETag"], "\"1\"");
}

TEST(Answer, TellsWhoSeesNothingAnyMoreThatItIsDoneAndNothingElse) {
  const Succeeded given_away{.event_id = kEvent, .event_version = events::StreamVersion{7}, .replayed = true};
  for (const bool return_minimal : {false, true}) {
    const Response response = response_to(given_away, {.return_minimal = return_minimal});
    EXPECT_EQ(static_cast<unsigned>(response.status), 204U);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.fields.count("ETag"), 0U) << "a version tells too much";
    EXPECT_EQ(response.fields.count("Location"), 0U);
    EXPECT_EQ(response.fields["Event-Id"], kEvent.to_string());
    EXPECT_EQ(response.fields["Idempotency-Replayed"], "true");
    EXPECT_EQ(response.fields.count("Consistency-Token"), 1U);
  }
}

TEST(Answer, IsOfTheFormThatTheCommandAsksFor) {
  EXPECT_EQ(answer_form(CreateTask()), AnswerForm::Created);
  EXPECT_EQ(answer_form(RegisterUser()), AnswerForm::Created);
  EXPECT_EQ(answer_form(DeleteTask()), AnswerForm::Deleted);
  EXPECT_EQ(answer_form(EditUser()), AnswerForm::Changed);
  EXPECT_EQ(answer_form(UnlockTask()), AnswerForm::Changed);
}

TEST(Answer, GivesARefusalItsToken) {
  const VersionConflict conflict{.expected = events::StreamVersion{1}, .current = success().state};
  const auto outcome = to_outcome({.result = conflict, .fold = events::PositionVector({5})}, {}, {});
  const auto& headers = std::get<http::Problem>(outcome).headers;
  EXPECT_EQ(std::ranges::count(headers, "Consistency-Token", &std::pair<std::string, std::string>::first), 1);
}

}  // namespace
}  // namespace taskstream::command
