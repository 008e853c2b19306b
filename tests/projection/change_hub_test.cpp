#include "projection-service/http/change_hub.hpp"

#include <gtest/gtest.h>

namespace taskstream::projection {
namespace {

using events::PositionVector;

const events::LogId kLog(*events::Uuid::parse("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"));
constexpr std::size_t kPlenty = 1'000'000;

// One partition, one change a commit.
struct Hub {
  explicit Hub(std::size_t max_streams = 10) : hub(max_streams) {}

  void commit(std::string task = "{}", bool collected = true) {
    Committed committed{.positions = PositionVector({next + 1}), .token = "t", .before = PositionVector({next})};
    if (collected) {
      committed.changes.emplace();
      committed.changes->push_back({.position = {.partition = 0, .offset = next},
                                    .positions = PositionVector({next + 1}),
                                    .before = {},
                                    .after = {},
                                    .event = "{}",
                                    .changes = "{}",
                                    .task = std::move(task)});
    }
    ++next;
    hub.publish(kLog, committed);
    EXPECT_FALSE(committed.changes) << "what the hub keeps, nobody else needs";
  }

  ChangeHub hub;
  events::Offset next = 0;
};

TEST(ChangeHub, GivesWhatFollowsAPlaceInOrder) {
  Hub log;
  for (int i = 0; i < 5; ++i) log.commit();
  auto place = log.hub.find(PositionVector({2}));
  ASSERT_TRUE(place);
  const auto taken = log.hub.take(*place, kPlenty);
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->changes.size(), 3U);
  EXPECT_EQ(taken->changes.front()->position.offset, 2);
  EXPECT_EQ(taken->newest, PositionVector({5}));
  EXPECT_EQ(events::decode_change_token(taken->changes.back()->text.id, kLog)->seen, PositionVector({5}));
  EXPECT_TRUE(log.hub.take(*place, kPlenty)->changes.empty());
  log.commit();
  EXPECT_EQ(log.hub.take(*place, kPlenty)->changes.size(), 1U);
}

TEST(ChangeHub, GivesNoMoreThanAskedForButAlwaysSomething) {
  Hub log;
  for (int i = 0; i < 3; ++i) log.commit(std::string(1'000, 'x'));
  auto place = log.hub.find({});
  const auto taken = log.hub.take(*place, 1);
  EXPECT_EQ(taken->changes.size(), 1U);
  EXPECT_FALSE(taken->newest);
  EXPECT_EQ(log.hub.take(*place, kPlenty)->changes.size(), 2U);
}

TEST(ChangeHub, LosesWhoFallsBehindItsBound) {
  Hub log;
  log.commit();
  auto slow = log.hub.find({});
  auto quick = log.hub.find(PositionVector({1}));
  for (int i = 0; i < 40; ++i) {
    log.commit(std::string(1'000'000, 'x'));
    ASSERT_TRUE(log.hub.take(*quick, 10 * kPlenty));
  }
  EXPECT_EQ(log.hub.take(*slow, kPlenty).error(), ChangeHub::Lost::Fallen);
  EXPECT_FALSE(log.hub.find(PositionVector({1}))) << "what was dropped can only be read from the rows";
  EXPECT_TRUE(log.hub.find(PositionVector({40})));
}

TEST(ChangeHub, SendsItsReadersToTheRowsWhereItHasAGap) {
  Hub log;
  log.commit();
  auto place = log.hub.find(PositionVector({1}));
  log.commit("{}", false);
  EXPECT_EQ(log.hub.take(*place, kPlenty).error(), ChangeHub::Lost::Gap);
  EXPECT_FALSE(log.hub.find(PositionVector({1})));
  place = log.hub.find(PositionVector({2}));
  log.commit();
  EXPECT_EQ(log.hub.take(*place, kPlenty)->changes.size(), 1U);
  log.next = 10;  // something else has committed meanwhile
  log.commit();
  EXPECT_EQ(log.hub.take(*place, kPlenty).error(), ChangeHub::Lost::Gap);
}

TEST(ChangeHub, WantsChangesWhileAStreamIsOpenAndBoundsThem) {
  Hub log(2);
  EXPECT_FALSE(log.hub.wants_changes());
  auto first = log.hub.open();
  auto second = log.hub.open();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(log.hub.open());
  first.reset();
  EXPECT_TRUE(log.hub.open());
  second.reset();
  EXPECT_FALSE(log.hub.wants_changes());
  Hub unbounded(0);
  EXPECT_TRUE(unbounded.hub.open());
}

TEST(ChangeFrame, TellsOfWhatIsGoneOnlySoMuch) {
  const ChangeText text{.id = "c.x", .event = R"({"taskId":"1"})", .changes = R"({"a":1})", .task = R"({"t":1})"};
  std::string shown;
  append_frame(shown, text, true, false);
  EXPECT_EQ(shown,
            "event: task\nid: c.x\n"
            R"(data: {"taskId":"1","changes":{"a":1},"deleted":false,"matches":true,"task":{"t":1}})"
            "\n\n");
  std::string deleted;
  append_frame(deleted, text, false, true);
  EXPECT_EQ(deleted,
            "event: task\nid: c.x\n"
            R"(data: {"taskId":"1","changes":{"a":1},"deleted":true,"matches":false,"gone":"deleted","task":null})"
            "\n\n");
}

// Members that other events have are there, so that nobody has to ask for them before.
TEST(ChangeFrame, TellsNothingOfTheEventByWhichATaskLeft) {
  std::string left;
  append_left(left, "c.x", kLog.uuid(), 7);
  EXPECT_EQ(left,
            "event: task\nid: c.x\n"
            R"(data: {"taskId":"018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f","version":7,"type":null,"eventId":null,)"
            R"("actor":null,"time":null,"changes":{},"deleted":false,"matches":false,"gone":"left","task":null})"
            "\n\n");
}

}  // namespace
}  // namespace taskstream::projection
