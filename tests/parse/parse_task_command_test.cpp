#include "command-service/http/parse_task_command.hpp"

#include <gtest/gtest.h>

#include "tests/parse/parsing.hpp"
#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Request;
using http::Verb;

ParseResult create(const std::string& body) {
  return parse_create_task(request_for_new_task(body), kDepth);
}
ParseResult edit(const std::string& body) {
  return parse_edit_task(request_on_task(Verb::patch, "", body), kDepth);
}
ParseResult change_status(const std::string& body) {
  return parse_change_status(request_on_task(Verb::post, "/status", body), kDepth);
}
ParseResult assign(const std::string& body) {
  return parse_assign_task(request_on_task(Verb::put, "/assignee", body), kDepth);
}

TEST(ParseCreateTask, ReadsEveryMember) {
  const ParseResult parsed = create(R"({"title":"Write","description":"d","priority":"URGENT","tags":["a","b"],
    "assigneeId":"11111111-1111-4111-8111-111111111111","dueDate":"2031-05-01T14:00:00.1234567+02:00","warningOffset":60})");
  ASSERT_EQ(invalid(parsed), Fields());
  const auto& command = task_command<CreateTask>(parsed->command);
  EXPECT_EQ(command.title, "Write");
  EXPECT_EQ(command.description, "d");
  EXPECT_EQ(command.priority, events::Priority::Urgent);
  EXPECT_EQ(command.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(command.assignee_id, kAnn);
  EXPECT_EQ(command.due_date, instant("2031-05-01T12:00:00.123456Z"));
  EXPECT_EQ(command.warning_offset_minutes, 60);
}

TEST(ParseCreateTask, ReadsNullAsAbsent) {
  const ParseResult parsed = create(
      R"({"title":"x","description":null,"priority":null,"tags":null,"assigneeId":null,"dueDate":null,"warningOffset":null})");
  ASSERT_EQ(invalid(parsed), Fields());
  const auto& command = task_command<CreateTask>(parsed->command);
  EXPECT_EQ(command.priority, events::Priority::Medium);
  EXPECT_TRUE(command.tags.empty());
  EXPECT_FALSE(command.description || command.assignee_id || command.due_date || command.warning_offset_minutes);
}

TEST(ParseCreateTask, NeedsATitle) {
  EXPECT_EQ(invalid(create("{}")), Fields{"body:title"});
  EXPECT_EQ(invalid(create(R"({"title":null})")), Fields{"body:title"});
}

TEST(ParseCreateTask, TellsEveryMemberThatDoesNotFitAtOnce) {
  EXPECT_EQ(invalid(create(R"({"title":1,"description":[],"priority":"urgent","tags":["a",2,null],"assigneeId":"ann",
    "dueDate":"2016-12-31T23:59:60Z","warningOffset":1.5,"colour":"red"})")),
            (Fields{"body:title", "body:description", "body:priority", "body:tags/1", "body:tags/2", "body:assigneeId",
                    "body:dueDate", "body:warningOffset", "body:colour"}));
  EXPECT_EQ(invalid(create(R"({"title":"x","tags":"a","warningOffset":99999999999,"dueDate":5})")),
            (Fields{"body:tags", "body:dueDate", "body:warningOffset"}));
}

TEST(ParseCreateTask, TakesNoStatus) {
  const ParseResult parsed = create(R"({"title":"x","status":"NOT_STARTED"})");
  ASSERT_EQ(invalid(parsed), Fields{"body:status"});
  EXPECT_NE(parsed->invalid.front().reason.find("NOT_STARTED"), std::string::npos);
}

TEST(ParseCreateTask, LeavesLimitsToTheDomain) {
  EXPECT_EQ(invalid(create(R"({"title":"","warningOffset":-5,"dueDate":"1999-01-01T00:00:00Z","tags":["a,b"]})")),
            Fields());
}

TEST(ParseCreateTask, RefusesParametersOfTheQuery) {
  EXPECT_EQ(invalid(parse_create_task(request_for_new_task(R"({"title":"x"})", "?dry=1&dry=2"), kDepth)),
            (Fields{"query:dry", "query:dry"}));
}

TEST(ParseCommand, IsMalformedWithoutAJsonObject) {
  for (const std::string body : {"", "{", "[]", "null", R"({"title":"x","title":"y"})", R"({"title":"x"} x)"}) {
    EXPECT_TRUE(create(body).has_error()) << body;
    EXPECT_TRUE(edit(body).has_error()) << body;
    EXPECT_TRUE(change_status(body).has_error()) << body;
    EXPECT_TRUE(assign(body).has_error()) << body;
  }
  const ParseResult too_deep = parse_create_task(request_for_new_task(R"({"title":[[]]})"), 2);
  ASSERT_TRUE(too_deep.has_error());
  EXPECT_EQ(too_deep.error().code, "MALFORMED");
  EXPECT_EQ(too_deep.error().status, http::Status::bad_request);
}

TEST(ParseCommand, IsMalformedWithAnIdThatIsNoUuid) {
  const auto on = [](Verb verb) { return request_on_task(verb, "", R"({"title":"x","to":"BLOCKED"})", "42"); };
  EXPECT_TRUE(parse_put_task(on(Verb::put), kDepth).has_error());
  EXPECT_TRUE(parse_edit_task(on(Verb::patch), kDepth).has_error());
  EXPECT_TRUE(parse_change_status(on(Verb::post), kDepth).has_error());
  EXPECT_TRUE(parse_assign_task(on(Verb::put), kDepth).has_error());
  EXPECT_TRUE(parse_unassign_task(on(Verb::delete_), kDepth).has_error());
  EXPECT_TRUE(parse_postpone_task(on(Verb::post), kDepth).has_error());
  EXPECT_TRUE(parse_claim_task(on(Verb::post), kDepth).has_error());
  EXPECT_TRUE(parse_lock_task(on(Verb::put), kDepth).has_error());
  EXPECT_TRUE(parse_unlock_task(on(Verb::delete_), kDepth).has_error());
  EXPECT_TRUE(parse_delete_task(on(Verb::delete_), kDepth).has_error());
}

TEST(ParseCommand, ReadsTheIdInAnyCase) {
  const ParseResult parsed =
      parse_delete_task(request_on_task(Verb::delete_, "", "", "0197F2C4-5B1A-7C3E-9D2F-6A8B0C1D2E3F"), kDepth);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->stream, events::StreamId::of(kTask));
}

TEST(ParsePutTask, TakesIdsOfVersionFourAndSevenAlone) {
  const auto put = [](const std::string& id) {
    return parse_put_task(request_on_task(Verb::put, "", R"({"title":"x"})", id), kDepth);
  };
  EXPECT_EQ(invalid(put("0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f")), Fields());
  EXPECT_EQ(invalid(put("11111111-1111-4111-8111-111111111111")), Fields());
  EXPECT_EQ(invalid(put("11111111-1111-1111-8111-111111111111")), Fields{"path:id"});
  EXPECT_EQ(invalid(put("11111111-1111-8111-8111-111111111111")), Fields{"path:id"});
  EXPECT_EQ(invalid(put("11111111-1111-4111-c111-111111111111")), Fields{"path:id"});
  EXPECT_EQ(invalid(put("00000000-0000-0000-0000-000000000000")), Fields{"path:id"});
}

TEST(ParseEditTask, ReadsOnlyWhatIsNamed) {
  const ParseResult parsed = edit(R"({"title":"y","warningOffset":5})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(parsed->stream, events::StreamId::of(kTask));
  EXPECT_EQ(task_command<EditTask>(parsed->command).changes,
            (events::TaskChanges{.title = "y", .warning_offset_minutes = 5}));
  EXPECT_EQ(invalid(edit("{}")), Fields());
}

TEST(ParseEditTask, ClearsWithNullWhatCanBeEmpty) {
  const ParseResult parsed = edit(R"({"description":null,"tags":null,"dueDate":null,"warningOffset":null})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(task_command<EditTask>(parsed->command).changes,
            (events::TaskChanges{.description = std::optional<std::string>(),
                                 .tags = std::vector<std::string>(),
                                 .due_date = std::optional<events::Instant>(),
                                 .warning_offset_minutes = std::optional<std::int32_t>()}));
}

TEST(ParseEditTask, DoesNotClearTitleAndPriority) {
  EXPECT_EQ(invalid(edit(R"({"title":null,"priority":null})")), (Fields{"body:title", "body:priority"}));
}

TEST(ParseEditTask, NamesTheEndpointForWhatIsChangedElsewhere) {
  const ParseResult parsed = edit(R"({"status":"BLOCKED","assigneeId":null,"version":7})");
  ASSERT_EQ(invalid(parsed), (Fields{"body:status", "body:assigneeId", "body:version"}));
  EXPECT_NE(parsed->invalid[0].reason.find("/status"), std::string::npos);
  EXPECT_NE(parsed->invalid[1].reason.find("/assignee"), std::string::npos);
}

TEST(ParseChangeStatus, NeedsAKnownStatus) {
  const ParseResult parsed = change_status(R"({"to":"BLOCKED","reason":"no power"})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(task_command<ChangeStatus>(parsed->command).to, events::Status::Blocked);
  EXPECT_EQ(task_command<ChangeStatus>(parsed->command).reason, "no power");
  EXPECT_EQ(invalid(change_status("{}")), Fields{"body:to"});
  EXPECT_EQ(invalid(change_status(R"({"to":"blocked","reason":5})")), (Fields{"body:to", "body:reason"}));
  EXPECT_EQ(invalid(change_status(R"({"to":"BLOCKED","reason":null})")), Fields());
}

TEST(ParseAssignTask, NeedsAUser) {
  const ParseResult parsed = assign(R"({"userId":"11111111-1111-4111-8111-111111111111"})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(task_command<AssignTask>(parsed->command).assignee_id, kAnn);
  EXPECT_EQ(invalid(assign(R"({"userId":null})")), Fields{"body:userId"});
  EXPECT_EQ(invalid(assign(R"({"userId":"ann","assigneeId":"x"})")), (Fields{"body:userId", "body:assigneeId"}));
}

ParseResult postpone(const std::string& body) {
  return parse_postpone_task(request_on_task(Verb::post, "/postpone", body), kDepth);
}
ParseResult claim(const std::string& body, const std::string& actor, bool is_authenticated = false) {
  Request request = request_on_task(Verb::post, "/claim", body);
  request.principal.actor = actor;
  request.principal.is_authenticated = is_authenticated;
  return parse_claim_task(request, kDepth);
}
ParseResult lock(const std::string& body) {
  return parse_lock_task(request_on_task(Verb::put, "/lock", body), kDepth);
}

TEST(ParsePostponeTask, NeedsADuration) {
  const ParseResult parsed = postpone(R"({"by":"P2D"})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(task_command<PostponeTask>(parsed->command).by, 48h);
  EXPECT_EQ(invalid(postpone("{}")), Fields{"body:by"});
  EXPECT_EQ(invalid(postpone(R"({"by":2})")), Fields{"body:by"});
  EXPECT_EQ(invalid(postpone(R"({"by":"P1M","to":"x"})")), (Fields{"body:by", "body:to"}));
}

TEST(ParsePostponeTask, LeavesZeroToTheDomain) {
  EXPECT_EQ(invalid(postpone(R"({"by":"PT0S"})")), Fields());
}

TEST(ParseClaimTask, IsForTheActorUnlessTheBodyNamesAnother) {
  for (const std::string body : {"", "{}", R"({"userId":null})"}) {
    const ParseResult parsed = claim(body, kAnn.to_string());
    ASSERT_EQ(invalid(parsed), Fields()) << body;
    EXPECT_EQ(task_command<ClaimTask>(parsed->command).user_id, kAnn);
  }
  for (const std::string& actor : {std::string("anonymous"), kAnn.to_string()}) {
    const ParseResult parsed = claim(R"({"userId":"22222222-2222-4222-8222-222222222222"})", actor);
    ASSERT_EQ(invalid(parsed), Fields());
    EXPECT_EQ(task_command<ClaimTask>(parsed->command).user_id, kBen);
  }
}

TEST(ParseClaimTask, IsForOneselfWhereATokenSaysWhoAsks) {
  for (const std::string body : {"", "{}", R"({"userId":"11111111-1111-4111-8111-111111111111"})"}) {
    const ParseResult parsed = claim(body, kAnn.to_string(), true);
    ASSERT_EQ(invalid(parsed), Fields()) << body;
    EXPECT_EQ(task_command<ClaimTask>(parsed->command).user_id, kAnn);
  }
  const std::string for_ben = R"({"userId":"22222222-2222-4222-8222-222222222222"})";
  EXPECT_EQ(invalid(claim(for_ben, kAnn.to_string(), true)), Fields{"body:userId"});
}

TEST(ParseClaimTask, IsNotTakenFromATokenOfNoUser) {
  for (const std::string body : {"", R"({"userId":"22222222-2222-4222-8222-222222222222"})"}) {
    EXPECT_EQ(invalid(claim(body, "robot", true)), Fields{"body:userId"}) << body;
  }
}

TEST(ParseClaimTask, NeedsAUserWhereTheActorIsNone) {
  EXPECT_EQ(invalid(claim("", "anonymous")), Fields{"body:userId"});
  EXPECT_EQ(invalid(claim(R"({"userId":"ann","reason":"x"})", kAnn.to_string())),
            (Fields{"body:userId", "body:reason"}));
}

TEST(ParseLockTask, NeedsItsTimeInSeconds) {
  const ParseResult parsed = lock(R"({"ttlSeconds":60})");
  ASSERT_EQ(invalid(parsed), Fields());
  EXPECT_EQ(task_command<LockTask>(parsed->command).ttl_seconds, 60);
  EXPECT_EQ(invalid(lock("{}")), Fields{"body:ttlSeconds"});
  EXPECT_EQ(invalid(lock(R"({"ttlSeconds":"60","holder":"ann"})")), (Fields{"body:ttlSeconds", "body:holder"}));
}

TEST(ParseUnlockTask, TakesNoParameters) {
  const auto unlock = [](const std::string& query) {
    return parse_unlock_task(request_on_task(Verb::delete_, "/lock" + query), kDepth);
  };
  ASSERT_EQ(invalid(unlock("")), Fields());
  EXPECT_TRUE(std::holds_alternative<UnlockTask>(std::get<TaskCommand>(unlock("")->command)));
  EXPECT_EQ(invalid(unlock("?reason=x")), Fields{"query:reason"});
}

TEST(ParseDeletions, TakeOneReasonFromTheQueryAndNothingElse) {
  const auto remove = [](const std::string& query) {
    return parse_delete_task(request_on_task(Verb::delete_, query), kDepth);
  };
  ASSERT_EQ(invalid(remove("?reason=a+duplicate%21")), Fields());
  EXPECT_EQ(task_command<DeleteTask>(remove("?reason=a+duplicate%21")->command).reason, "a duplicate!");
  EXPECT_FALSE(task_command<DeleteTask>(remove("")->command).reason);
  EXPECT_EQ(invalid(remove("?reason=a&reason=b")), Fields{"query:reason"});
  EXPECT_EQ(invalid(remove("?force=true")), Fields{"query:force"});
  const ParseResult unassign = parse_unassign_task(request_on_task(Verb::delete_, "/assignee?reason=ill"), kDepth);
  EXPECT_EQ(task_command<UnassignTask>(unassign->command).reason, "ill");
}

}  // namespace
}  // namespace taskstream::command
