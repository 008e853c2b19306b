#include "command-service/http/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/parse/batch_support.hpp"

namespace taskstream::command {
namespace {

namespace asio = boost::asio;
using namespace examples;
using asio::awaitable;
using nlohmann::json;

const std::string kPrevious = R"("expectedVersion": "previous")";
const std::string kElsewhere = "/v1/tasks/0197f2c4-0000-7000-8000-0000000000ff";

// A batch in front of a core that answers as the test wants.
class BatchTest : public testing::Test {
 protected:
  // The answer to an item, by its key, and the versions that it was asked with.
  using Reply = std::function<Result(const CommandRequest&)>;

  json results(const std::string& commands, Execute execute) {
    http::Request request = batch_of(commands);
    request.principal.role = role_;
    auto batch = reader_.read(request);
    EXPECT_TRUE(batch.has_value()) << batch.error().members.dump();
    std::optional<http::Outcome> outcome;
    asio::co_spawn(context_, carry_out(*std::move(batch), api_, std::move(execute)),
                   [&](std::exception_ptr error, http::Outcome done) {
                     EXPECT_FALSE(error);
                     outcome = std::move(done);
                   });
    context_.run();
    context_.restart();
    if (!outcome) return "no answer";
    return json::parse(std::get<http::Response>(*outcome).body)["results"];
  }

  json results_with(const std::string& commands, Reply reply) {
    return results(commands, [this, reply](CommandRequest request) -> awaitable<Answer> {
      asked_.push_back(request.key->id);
      return answer(reply(request));
    });
  }

  // Of whoever sends the batches from now on.
  void permit(http::Role role) { role_ = role; }

  static awaitable<Answer> answer(Result result) { co_return Answer{.result = std::move(result)}; }

  static Succeeded at_version(std::int64_t version, std::int64_t event_version) {
    return {.state = events::TaskState{.id = kTask, .title = "x", .version = {version}},
            .event_id = kEvent,
            .event_version = events::StreamVersion{event_version}};
  }

  const CommandApi api_{.random = [] { return events::Uuid::Bytes{}; }};
  const BatchReader reader_{api_, command_endpoints()};
  asio::io_context context_{1};
  std::vector<std::string> asked_;
  http::Role role_ = http::Role::Admin;
};

TEST_F(BatchTest, TellsOfEachItemWhatBecameOfIt) {
  const auto task = [](const std::string& id) { return "/v1/tasks/0197f2c4-0000-7000-8000-00000000000" + id; };
  const std::string at = R"("expectedVersion": 1)";
  const json told = results_with("[" + edit("applied", at, task("1")) + "," + edit("merged", at, task("2")) + "," +
                                     edit("unchanged", at, task("3")) + "," + edit("replayed", at, task("4")) + "," +
                                     edit("rejected", at, task("5")) + "," + edit("unknown", at, task("6")) + "," +
                                     edit("gone", at, task("7")) + "]",
                                 [](const CommandRequest& request) -> Result {
                                   const std::string& id = request.key->id;
                                   Succeeded success = at_version(3, 2);
                                   success.merged = id == "merged";
                                   success.replayed = id == "replayed" || id == "gone";
                                   std::get<events::TaskState>(success.state).deleted = id == "gone";
                                   if (id == "unchanged") success.event_id.reset();
                                   if (id == "rejected") return Rejection(TaskIsMissing());
                                   if (id == "unknown") return OutcomeUnknown{kEvent};
                                   return success;
                                 });
  const std::string event = kEvent.to_string();
  ASSERT_EQ(told.size(), 7U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(told[i]["verdict"], told[i]["commandId"]);
    EXPECT_EQ(told[i]["status"], 200);
    EXPECT_EQ(told[i]["version"], 3);
    EXPECT_EQ(told[i]["body"]["title"], "x");
  }
  EXPECT_EQ(told[0]["eventId"], event);
  EXPECT_FALSE(told[2].contains("eventId"));
  EXPECT_EQ(told[3]["verdict"], "replayed");
  EXPECT_EQ(told[3]["eventId"], event);
  EXPECT_EQ(told[4]["verdict"], "rejected");
  EXPECT_EQ(told[4]["status"], 404);
  EXPECT_EQ(told[4]["body"]["code"], "NOT_FOUND");
  EXPECT_EQ(told[4]["body"]["instance"], task("5"));
  EXPECT_EQ(told[5]["verdict"], "unknown");
  EXPECT_EQ(told[5]["status"], 504);
  EXPECT_EQ(told[5]["body"]["eventId"], event);
  EXPECT_EQ(told[6], (json{{"commandId", "gone"}, {"verdict", "replayed"}, {"status", 204}, {"eventId", event}}));
}

TEST_F(BatchTest, ShowsNothingOfWhatItsSenderNoLongerSees) {
  const json told = results_with("[" + edit("a") + "]", [](const CommandRequest&) -> Result {
    return Succeeded{.event_id = kEvent, .event_version = events::StreamVersion{8}};
  });
  EXPECT_EQ(told[0],
            (json{{"commandId", "a"}, {"verdict", "applied"}, {"status", 204}, {"eventId", kEvent.to_string()}}));
}

TEST_F(BatchTest, RefusesEachItemThatItsSenderMayNotAskForAndWhatFollowsIt) {
  permit(http::Role::Member);
  const std::string user = "/v1/users/" + kAnn.to_string();
  const auto of_user = [&](const std::string& id, const std::string& more) {
    return R"({"commandId": ")" + id + R"(", "method": "POST", "path": ")" + user + R"(/deactivate")" + more + "}";
  };
  const std::string commands =
      "[" + of_user("a", "") + "," + edit("b") + "," + of_user("c", R"(, "expectedVersion": "previous")") + "]";
  const auto succeed = [](const CommandRequest&) -> Result { return at_version(8, 8); };
  const json told = results_with(commands, succeed);
  EXPECT_EQ(told[0]["verdict"], "rejected");
  EXPECT_EQ(told[0]["status"], 403);
  EXPECT_EQ(told[0]["body"]["code"], "FORBIDDEN");
  EXPECT_EQ(told[1]["verdict"], "applied");
  EXPECT_EQ(told[2]["verdict"], "skipped");
  EXPECT_EQ(asked_, std::vector<std::string>{"b"});
  permit(http::Role::Manager);
  EXPECT_EQ(results_with(commands, succeed)[2]["verdict"], "applied");
}

TEST_F(BatchTest, ExpectsTheVersionOfTheEventBeforeEvenWhereTheTaskIsFurther) {
  std::vector<std::int64_t> expected;
  results_with("[" + edit("a") + "," + edit("b", kPrevious) + "," + edit("c", kPrevious) + "]",
               [&](const CommandRequest& request) -> Result {
                 expected.push_back(request.expectation.versions.at(0).value);
                 Succeeded success = at_version(20, expected.back() + 1);
                 success.replayed = request.key->id == "a";
                 return success;
               });
  EXPECT_EQ(expected, (std::vector<std::int64_t>{7, 8, 9}));
}

TEST_F(BatchTest, ExpectsTheVersionThatWasFoundWhereNothingChanged) {
  std::vector<std::int64_t> expected;
  results_with("[" + edit("a", R"("expectedVersion": "*")") + "," + edit("b", kPrevious) + "]",
               [&](const CommandRequest& request) -> Result {
                 for (const auto version : request.expectation.versions) expected.push_back(version.value);
                 return Succeeded{.state = events::TaskState{.id = kTask, .version = {12}}};
               });
  EXPECT_EQ(expected, std::vector<std::int64_t>{12});
}

TEST_F(BatchTest, TellsWithThePreviousVersionWhatOfItWasNotSeen) {
  std::vector<Expectation> expected;
  results_with("[" + edit("a") + "," + edit("b", kPrevious) + "]", [&](const CommandRequest& request) -> Result {
    expected.push_back(request.expectation);
    return at_version(10, 10);  // merged
  });
  ASSERT_EQ(expected.size(), 2U);
  EXPECT_FALSE(expected[0].unseen);
  ASSERT_TRUE(expected[1].unseen);
  EXPECT_EQ(expected[1].versions.at(0).value, 10);
  EXPECT_EQ(expected[1].unseen->seen.value, 7);
  EXPECT_EQ(expected[1].unseen->own, std::vector<events::StreamVersion>{{10}});
}

TEST_F(BatchTest, StopsOnlyTheStreamOfAnItemThatFailedOrIsUnknown) {
  for (const Result& failure : {Result(Rejection(TaskIsClosed())), Result(OutcomeUnknown{kEvent})}) {
    asked_.clear();
    const json told = results_with("[" + edit("a") + "," + edit("b") + "," + edit("c", kPrevious) + "," +
                                       edit("d", R"("expectedVersion": 7)", kElsewhere) + "," +
                                       edit("e", kPrevious, kElsewhere) + "]",
                                   [&](const CommandRequest& request) -> Result {
                                     return request.key->id == "b" ? failure : Result(at_version(8, 8));
                                   });
    EXPECT_EQ(told[0]["verdict"], "applied");
    EXPECT_EQ(told[2]["verdict"], "skipped");
    EXPECT_EQ(told[2]["status"], 424);
    EXPECT_EQ(told[2]["body"]["code"], "SKIPPED");
    EXPECT_EQ(told[3]["verdict"], "applied");
    EXPECT_EQ(told[4]["verdict"], "applied");
    std::ranges::sort(asked_);
    EXPECT_EQ(asked_, (std::vector<std::string>{"a", "b", "d", "e"}));
  }
}

// The core answers nobody before three have come. Were the streams carried out one after another, nobody would be
// answered.
TEST_F(BatchTest, KeepsItemsOfDifferentStreamsInFlightTogether) {
  asio::steady_timer all_have_come(context_, asio::steady_timer::time_point::max());
  std::size_t under_way = 0;
  std::size_t came = 0;
  const Execute execute = [&](CommandRequest) -> awaitable<Answer> {
    ++under_way;
    if (++came == 3) all_have_come.cancel();
    boost::system::error_code cancelled;
    if (came < 3) co_await all_have_come.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    --under_way;
    co_return Answer{.result = at_version(8, 8)};
  };
  // One of a stream at a time: its second comes when its first is answered.
  asio::steady_timer watchdog(context_, std::chrono::seconds(10));
  watchdog.async_wait([&](const boost::system::error_code& error) {
    if (!error) context_.stop();
  });
  const Execute watched = [&](CommandRequest request) -> awaitable<Answer> {
    const Answer answer = co_await execute(std::move(request));
    if (came >= 4) watchdog.cancel();
    co_return answer;
  };
  const std::string third = "/v1/tasks/0197f2c4-0000-7000-8000-0000000000fe";
  const std::string at = R"("expectedVersion": 7)";
  const json told = results(
      "[" + edit("a") + "," + edit("b", kPrevious) + "," + edit("c", at, kElsewhere) + "," + edit("d", at, third) + "]",
      watched);
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(came, 4U);
  EXPECT_EQ(under_way, 0U);
}

TEST_F(BatchTest, AnswersAnEmptyListToAnEmptyOne) {
  EXPECT_EQ(results("[]", nullptr), json::array());
}

}  // namespace
}  // namespace taskstream::command
