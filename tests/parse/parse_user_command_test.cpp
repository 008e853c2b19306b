#include "command-service/http/parse_user_command.hpp"

#include <gtest/gtest.h>

#include "tests/parse/parsing.hpp"
#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Request;
using http::Verb;

ParseResult register_user(const std::string& body) {
  return parse_register_user(request_for_new_user(body), kDepth);
}
ParseResult edit(const std::string& body) {
  return parse_edit_user(request_on_user(Verb::patch, "", body), kDepth);
}
ParseResult deactivate(const std::string& body) {
  return parse_deactivate_user(request_on_user(Verb::post, "/deactivate", body), kDepth);
}
ParseResult reactivate(const std::string& query = "") {
  return parse_reactivate_user(request_on_user(Verb::post, "/reactivate" + query), kDepth);
}

TEST(ParseRegisterUser, NeedsEveryMember) {
  const ParseResult parsed = register_user(R"({"firstName":"Ann","lastName":"Lee","email":"ann@example.org"})");
  ASSERT_EQ(invalid(parsed), Fields());
  const auto& command = user_command<RegisterUser>(parsed->command);
  EXPECT_EQ(command.first_name, "Ann");
  EXPECT_EQ(command.last_name, "Lee");
  EXPECT_EQ(command.email, "ann@example.org");
  EXPECT_EQ(invalid(register_user("{}")), (Fields{"body:firstName", "body:lastName", "body:email"}));
}

TEST(ParseRegisterUser, RefusesWhatDoesNotFitAndWhatIsNotKnown) {
  EXPECT_EQ(invalid(register_user(R"({"firstName":1,"lastName":null,"email":"e","active":true,"age":7})")),
            (Fields{"body:firstName", "body:lastName", "body:active", "body:age"}));
  const Request asking = request_for_new_user(R"({"firstName":"A","lastName":"L","email":"e"})", "?dry=1");
  EXPECT_EQ(invalid(parse_register_user(asking, kDepth)), Fields{"query:dry"});
}

TEST(ParseEditUser, ReadsOnlyWhatIsNamed) {
  const ParseResult parsed = edit(R"({"email":"ann@example.com"})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(parsed->stream, events::StreamId::of(kAnn));
  EXPECT_EQ(user_command<EditUser>(parsed->command).changes, events::UserChanges{.email = "ann@example.com"});
  EXPECT_EQ(user_command<EditUser>(edit(R"({"firstName":"A","lastName":"L"})")->command).changes,
            (events::UserChanges{.first_name = "A", .last_name = "L"}));
}

TEST(ParseEditUser, ClearsNothingAndNamesTheEndpointForWhatIsChangedElsewhere) {
  const ParseResult parsed = edit(R"({"firstName":null,"email":null,"active":false})");
  ASSERT_EQ(invalid(parsed), (Fields{"body:firstName", "body:email", "body:active"}));
  EXPECT_NE(parsed->invalid[2].reason.find("/deactivate"), std::string::npos);
}

TEST(ParseDeactivateUser, TakesAReasonWhereThereIsABody) {
  for (const std::string body : {"", "{}", R"({"reason":null})"}) {
    const ParseResult parsed = deactivate(body);
    ASSERT_EQ(invalid(parsed), Fields()) << body;
    EXPECT_FALSE(user_command<DeactivateUser>(parsed->command).reason);
  }
  EXPECT_EQ(user_command<DeactivateUser>(deactivate(R"({"reason":"has left"})")->command).reason, "has left");
  EXPECT_EQ(invalid(deactivate(R"({"reason":5,"for":"ever"})")), (Fields{"body:reason", "body:for"}));
}

TEST(ParseReactivateUser, TakesNoParameters) {
  ASSERT_EQ(invalid(reactivate()), Fields());
  EXPECT_EQ(reactivate()->stream, events::StreamId::of(kAnn));
  EXPECT_EQ(invalid(reactivate("?reason=x")), Fields{"query:reason"});
}

TEST(ParseUserCommand, IsMalformedWithoutAJsonObjectOrWithAnIdThatIsNoUuid) {
  for (const std::string body : {"{", "[]", R"({"email":"a","email":"b"})"}) {
    EXPECT_TRUE(register_user(body).has_error()) << body;
    EXPECT_TRUE(edit(body).has_error()) << body;
    EXPECT_TRUE(deactivate(body).has_error()) << body;
  }
  const auto on = [](Verb verb) { return request_on_user(verb, "", "{}", "42"); };
  EXPECT_TRUE(parse_edit_user(on(Verb::patch), kDepth).has_error());
  EXPECT_TRUE(parse_deactivate_user(on(Verb::post), kDepth).has_error());
  EXPECT_TRUE(parse_reactivate_user(on(Verb::post), kDepth).has_error());
}

}  // namespace
}  // namespace taskstream::command
