#include "command-service/http/batch_items.hpp"

#include <gtest/gtest.h>

#include "command-service/http/command_hash.hpp"
#include "tests/parse/batch_support.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using Json = nlohmann::ordered_json;
using Kind = Expectation::Kind;

const CommandApi kApi{.random = [] { return events::Uuid::Bytes{}; }};
const BatchReader kReader(kApi, command_endpoints());

std::vector<BatchItem> items_of(const std::string& commands) {
  auto batch = kReader.read(batch_of(commands));
  EXPECT_TRUE(batch.has_value()) << batch.error().detail << batch.error().members.dump();
  return batch ? std::move(batch->items) : std::vector<BatchItem>();
}

// The fields that a batch is refused for.
std::vector<std::string> wrong_in(const http::Request& request) {
  const auto batch = kReader.read(request);
  if (batch) return {};
  EXPECT_EQ(static_cast<int>(batch.error().status), 422) << batch.error().detail;
  std::vector<std::string> fields;
  for (const Json& error : batch.error().members.value("errors", Json::array())) fields.push_back(error["field"]);
  return fields;
}
std::vector<std::string> wrong_in_item(const std::string& item) {
  return wrong_in(batch_of("[" + item + "]"));
}
using Fields = std::vector<std::string>;

TEST(BatchItems, AskForWhatTheSingleRequestAsksFor) {
  const auto items = items_of("[" + edit("a") + R"(, {"commandId": "b", "method": "DELETE", "expectedVersion": "*",
                              "path": ")" +
                              kTaskPath + R"(?reason=done"}])");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(std::get<EditTask>(std::get<TaskCommand>(items[0].command.request.command)).changes.title, "a");
  EXPECT_EQ(items[0].stream(), events::StreamId::of(kTask));
  EXPECT_EQ(items[0].command.request.asker.actor, kActor);
  EXPECT_EQ(std::get<DeleteTask>(std::get<TaskCommand>(items[1].command.request.command)).reason, "done");
}

TEST(BatchItems, HashAsTheSingleRequestNumbersAsTheyWereSpelt) {
  const std::string body = R"({ "warningOffset":1e1 , "title":"\u0041\"]},{" })";
  const auto items = items_of(R"([{"commandId": "k", "method": "PATCH", "expectedVersion": 3, "path": ")" + kTaskPath +
                              R"(?x=1", "body": )" + body + "}]");
  ASSERT_EQ(items.size(), 1U);
  const auto& key = items[0].command.request.key;
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id, "k");
  EXPECT_EQ(key->hash, command_hash(request_on_task(http::Verb::patch, "?x=1", body)));
  EXPECT_NE(key->hash,
            command_hash(request_on_task(http::Verb::patch, "?x=1", R"({"warningOffset":10,"title":"A\"]},{"})")));
}

TEST(BatchItems, CreateUnderTheIdThatTheKeyGivesTheSingleRequest) {
  const auto items = items_of(R"([{"commandId": "k", "method": "POST", "path": "/v1/tasks", "body": {"title": "x"}}])");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].stream(), events::StreamId::of(events::TaskId(id_from_key(kApi.log.id_namespace, kActor, "k"))));
}

TEST(BatchItems, RegisterAndChangeUsersToo) {
  const std::string path = "/v1/users/" + kAnn.to_string();
  const auto items = items_of(R"([{"commandId": "k", "method": "POST", "path": "/v1/users", "body": {"email": "e"}},
      {"commandId": "l", "method": "PATCH", "path": ")" +
                              path + R"(", "expectedVersion": 3, "body": {"email": "e"}},
      {"commandId": "m", "method": "POST", "path": ")" +
                              path + R"(/reactivate", "expectedVersion": "previous"}])");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].stream(), events::StreamId::of(events::UserId(id_from_key(kApi.log.id_namespace, kActor, "k"))));
  EXPECT_EQ(items[1].stream(), events::StreamId::of(kAnn));
  EXPECT_TRUE(items[2].expects_previous);
}

TEST(BatchItems, SayWhichVersionTheyExpect) {
  const auto kind_of = [](const std::string& expected) {
    return items_of("[" + edit("a", expected) + "]").at(0).command.request.expectation.kind;
  };
  EXPECT_EQ(kind_of(R"("expectedVersion": "*")"), Kind::Any);
  EXPECT_EQ(kind_of(R"("expectedVersion": 0)"), Kind::Absent);
  EXPECT_EQ(kind_of(R"("expectedVersion": null)"), Kind::Required);
  const auto items = items_of("[" + edit("a") + "," + edit("b", R"("expectedVersion": "previous")") + "]");
  EXPECT_EQ(items.at(0).command.request.expectation.versions, std::vector{events::StreamVersion{7}});
  EXPECT_FALSE(items.at(0).expects_previous);
  EXPECT_TRUE(items.at(1).expects_previous);
}

TEST(BatchItems, ShareWhatTheBatchPrefers) {
  http::Request request = batch_of("[" + edit("a") + "]");
  request.fields.set("Prefer", "conflict=merge, return=minimal");
  const auto batch = kReader.read(request);
  ASSERT_TRUE(batch.has_value());
  EXPECT_TRUE(batch->items.at(0).command.request.merge_conflicts);
  EXPECT_TRUE(batch->items.at(0).command.answer_terms.return_minimal);
}

TEST(BatchItems, KeepValuesThatCannotBeTakenForTheirTurn) {
  const auto items = items_of(R"([{"commandId": "k", "method": "PATCH", "expectedVersion": 3, "path": ")" + kTaskPath +
                              R"(", "body": {"title": 5}}])");
  EXPECT_TRUE(items.at(0).command.request.values_unreadable);
}

TEST(BatchItems, AreRefusedTogetherWithTheWholeBatchWhenOneIsMalformed) {
  const std::string head = R"("commandId": "k", "method": "PATCH", "path": ")" + kTaskPath + R"(")";
  EXPECT_EQ(wrong_in_item("7"), Fields{"commands/0"});
  EXPECT_EQ(wrong_in_item("{" + head + R"(, "body": {}, "extra": 1})"), Fields{"commands/0/extra"});
  EXPECT_EQ(wrong_in_item("{" + head + R"(, "body": []})"), Fields{"commands/0/body"});
  EXPECT_EQ(wrong_in_item("{" + head + "}"), Fields{"commands/0/body"});
  EXPECT_EQ(wrong_in_item(R"({"method": "DELETE", "path": ")" + kTaskPath + R"("})"), Fields{"commands/0/commandId"});
  EXPECT_EQ(wrong_in_item(edit("two words")), Fields{"commands/0/commandId"});
  EXPECT_EQ(wrong_in_item(edit(std::string(256, 'k'))), Fields{"commands/0/commandId"});
  EXPECT_EQ(wrong_in_item("{}"), (Fields{"commands/0/commandId", "commands/0/method", "commands/0/path"}));
  EXPECT_EQ(wrong_in(batch_of("[" + edit("a") + "," + edit("b c") + ",{}]")),
            (Fields{"commands/1/commandId", "commands/2/commandId", "commands/2/method", "commands/2/path"}));
  for (const std::string expected : {"-1", "1.5", "0.0", R"("7")", "true", "[]"}) {
    EXPECT_EQ(wrong_in_item(edit("a", R"("expectedVersion": )" + expected)), Fields{"commands/0/expectedVersion"});
  }
}

TEST(BatchItems, AreCommandsAlone) {
  const auto item = [](const std::string& method, const std::string& path, const std::string& more = "") {
    return R"({"commandId": "k", "method": ")" + method + R"(", "path": ")" + path + "\"" + more + "}";
  };
  EXPECT_EQ(wrong_in_item(item("GET", kTaskPath)), Fields{"commands/0/method"});
  EXPECT_EQ(wrong_in_item(item("OPTIONS", kTaskPath)), Fields{"commands/0/method"});
  EXPECT_EQ(wrong_in_item(item("patch", kTaskPath)), Fields{"commands/0/method"});
  EXPECT_EQ(wrong_in_item(item("POST", kTaskPath)), Fields{"commands/0/method"});
  EXPECT_EQ(wrong_in_item(item("POST", "/v1/batch", R"(, "body": {"commands": []})")), Fields{"commands/0/path"});
  EXPECT_EQ(wrong_in_item(item("POST", "/health/live")), Fields{"commands/0/path"});
  EXPECT_EQ(wrong_in_item(item("DELETE", "/v1/tasks/7")), Fields{"commands/0/path"});
  EXPECT_EQ(wrong_in_item(item("DELETE", "v1/tasks")), Fields{"commands/0/path"});
  EXPECT_EQ(wrong_in_item(item("DELETE", kTaskPath + "?a=%zz")), Fields{"commands/0/path"});
  EXPECT_EQ(wrong_in_item(item("DELETE", kTaskPath, R"(, "body": {})")), Fields{"commands/0/body"});
}

TEST(BatchItems, NeedAnEarlierOneOfTheirTaskToExpectItsVersion) {
  const std::string previous = R"("expectedVersion": "previous")";
  const std::string elsewhere = "/v1/tasks/0197f2c4-0000-7000-8000-0000000000ff";
  EXPECT_EQ(wrong_in_item(edit("a", previous)), Fields{"commands/0/expectedVersion"});
  EXPECT_EQ(wrong_in(batch_of("[" + edit("a") + "," + edit("b", previous, elsewhere) + "]")),
            Fields{"commands/1/expectedVersion"});
}

TEST(Batches, HaveAtMost500Items) {
  std::string commands = edit("k");
  for (int i = 1; i < 500; ++i) commands += "," + edit("k");
  EXPECT_EQ(items_of("[" + commands + "]").size(), 500U);
  EXPECT_EQ(wrong_in(batch_of("[" + commands + "," + edit("k") + "]")), Fields{"commands"});
  EXPECT_TRUE(items_of("[]").empty());
}

TEST(Batches, AreOneListAndNothingElse) {
  EXPECT_EQ(wrong_in(batch_request("{}")), Fields{"commands"});
  EXPECT_EQ(wrong_in(batch_request(R"({"commands": {}})")), Fields{"commands"});
  EXPECT_EQ(wrong_in(batch_request(R"({"commands": [], "more": 1})")), Fields{"more"});
  EXPECT_EQ(static_cast<int>(kReader.read(batch_request("[")).error().status), 400);
  http::Request conditional = batch_of("[]");
  conditional.fields.set(http::Field::if_match, "\"7\"");
  EXPECT_EQ(kReader.read(conditional).error().code, "MALFORMED");
}

TEST(Batches, TakeBodiesAsDeepAsSingleRequestsDo) {
  const auto nested = [](std::size_t depth) {
    return R"([{"commandId": "k", "method": "POST", "path": "/v1/tasks", "body": {"title": )" +
           std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}}]";
  };
  EXPECT_TRUE(kReader.read(batch_of(nested(kApi.json_depth))).has_value());
  EXPECT_EQ(kReader.read(batch_of(nested(kApi.json_depth + 1))).error().code, "MALFORMED");
}

}  // namespace
}  // namespace taskstream::command
