#include "projection-service/replay/progress.hpp"

#include <gtest/gtest.h>

namespace taskstream::replay {
namespace {

TEST(Numbers, AreReadInGroupsOfThree) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1'000), "1,000");
  EXPECT_EQ(with_commas(12'345'678), "12,345,678");
}

TEST(Times, AreReadAsAClock) {
  EXPECT_EQ(as_clock(std::chrono::seconds(7)), "0:07");
  EXPECT_EQ(as_clock(std::chrono::seconds(3'599)), "59:59");
  EXPECT_EQ(as_clock(std::chrono::seconds(3'723)), "1:02:03");
}

TEST(Bar, FillsAsItIsDone) {
  EXPECT_EQ(bar(0, 10, 10), "[----------]");
  EXPECT_EQ(bar(5, 10, 10), "[#####-----]");
  EXPECT_EQ(bar(10, 10, 10), "[##########]");
  EXPECT_EQ(bar(11, 10, 10), "[##########]");
  EXPECT_EQ(bar(5, 0, 4), "[----]");
}

}  // namespace
}  // namespace taskstream::replay
