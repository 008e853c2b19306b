#include "projection-service/projection/freshness.hpp"

#include <gtest/gtest.h>

namespace taskstream::projection {
namespace {

using std::chrono::seconds;

Committed at(std::vector<events::Offset> next) {
  return {.positions = events::PositionVector(std::move(next)), .token = "t"};
}

TEST(Freshness, IsKnownOnlyOnceAnEndThatWasAskedForIsCovered) {
  Freshness freshness;
  freshness.publish(at({10}));
  EXPECT_FALSE(freshness.has_been_complete());
  freshness.end_known(Freshness::Clock::now(), events::PositionVector({11}));
  EXPECT_FALSE(freshness.has_been_complete());
  freshness.publish(at({11}));
  EXPECT_TRUE(freshness.has_been_complete());
}

TEST(Freshness, CountsFromTheQuestionAndNotFromTheAnswer) {
  Freshness freshness;
  freshness.publish(at({10}));
  freshness.end_known(Freshness::Clock::now() - seconds(7), events::PositionVector({10}));
  EXPECT_EQ(freshness.age(), seconds(7));
}

TEST(Freshness, IsOnlyAsGoodAsTheLastEndThatIsCovered) {
  Freshness freshness;
  freshness.publish(at({10}));
  freshness.end_known(Freshness::Clock::now() - seconds(9), events::PositionVector({8}));
  freshness.end_known(Freshness::Clock::now() - seconds(6), events::PositionVector({12}));
  freshness.end_known(Freshness::Clock::now() - seconds(3), events::PositionVector({20}));
  EXPECT_EQ(freshness.age(), seconds(9));
  freshness.publish(at({15}));
  EXPECT_EQ(freshness.age(), seconds(6));
  EXPECT_EQ(freshness.lag().records, 5);
  EXPECT_EQ(std::chrono::floor<seconds>(freshness.lag().behind), seconds(3)) << "since the end that it has not reached";
  EXPECT_EQ(freshness.lag(events::PositionVector({40})).records, 25);
  freshness.publish(at({20}));
  EXPECT_EQ(freshness.lag().behind, seconds(0));
}

}  // namespace
}  // namespace taskstream::projection
