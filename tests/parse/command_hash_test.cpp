#include "command-service/http/command_hash.hpp"

#include <gtest/gtest.h>

#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Request;
using http::Verb;

Request unassign(const std::string& id) {
  return request_on_task(Verb::delete_, "/assignee?reason=Ill", "", id);
}

// Both vectors by Python: sha256 over struct.pack('>Q', len(b)) + b for each of actor, method, path with query, body.
TEST(CommandHash, IsWhatAnotherLanguageComputes) {
  const Request create = request_for_new_task("{ \"title\" : \"Wr\\u00eft\\u00eb\",\n \"tags\":[\"a\"] }");
  EXPECT_EQ(command_hash(create), "7c7cd00dbded3ddd374390388bef4383e59da0e7a52a19819ba4081370df54ee");
  EXPECT_EQ(command_hash(unassign(kTask.to_string())),
            "6f545af5b17a084fe7174408d6ef9781c6318ded72831e8d654534a56341ea57");
}

TEST(CommandHash, IsTheSameForIdsInEitherCaseAndBodiesInEitherSpelling) {
  EXPECT_EQ(command_hash(unassign("0197F2C4-5B1A-7C3E-9D2F-6A8B0C1D2E3F")), command_hash(unassign(kTask.to_string())));
  EXPECT_EQ(command_hash(request_for_new_task(R"({"title":"x","tags":[]})")),
            command_hash(request_for_new_task(R"({ "tags": [ ], "title": "\u0078" })")));
}

TEST(CommandHash, IsAnotherForAnotherRequest) {
  const Request request = request_on_task(Verb::patch, "", R"({"warningOffset":1})");
  std::vector<Request> others(6, request);
  others[0].principal.actor = kSomebodyElse;
  others[1].verb = Verb::put;
  others[2].target += "/status";
  others[3].target += "?reason=x";
  others[4].body = R"({"warningOffset":1.0})";
  others[5].body.clear();
  for (const Request& other : others) EXPECT_NE(command_hash(other), command_hash(request));
}

TEST(CommandHash, KeepsTheBordersBetweenItsParts) {
  Request one = request_for_new_task("");
  Request two = one;
  one.principal.actor = "annP";
  two.principal.actor = "ann";
  EXPECT_NE(command_hash(one), command_hash(two));
  one.target = "/v1/tasks{}";
  two = one;
  two.target = "/v1/tasks";
  two.body = "{}";
  EXPECT_NE(command_hash(one), command_hash(two));
}

TEST(CommandHash, LeavesHeadersOut) {
  Request request = request_for_new_task(R"({"title":"x"})");
  const std::string before = command_hash(request);
  request.fields.set("If-Match", "\"1\"");
  EXPECT_EQ(command_hash(request), before);
}

TEST(IdFromKey, IsAUuidOfVersionEightThatAnotherLanguageComputes) {
  const auto id_namespace = *events::Uuid::parse("0197f2c4-0000-7000-8000-00000000000b");
  const events::Uuid id = id_from_key(id_namespace, "ann", "key-1");
  EXPECT_EQ(id.to_string(), "de54cfb5-587f-88fd-ada5-5334148e621f");
  EXPECT_NE(id_from_key(id_namespace, "ben", "key-1"), id);
  EXPECT_NE(id_from_key(id_namespace, "ann", "key-2"), id);
  EXPECT_NE(id_from_key(events::Uuid(), "ann", "key-1"), id);
}

}  // namespace
}  // namespace taskstream::command
