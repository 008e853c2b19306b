#include "command-service/http/duration.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnitInItsOrder) {
  EXPECT_EQ(parse_duration("P2W"), 14 * 24h);
  EXPECT_EQ(parse_duration("P2D"), 48h);
  EXPECT_EQ(parse_duration("PT36H"), 36h);
  EXPECT_EQ(parse_duration("PT90M"), 90min);
  EXPECT_EQ(parse_duration("PT5S"), 5s);
  EXPECT_EQ(parse_duration("P1W2DT3H4M5S"), 9 * 24h + 3h + 4min + 5s);
  EXPECT_EQ(parse_duration("P1DT1S"), 24h + 1s);
  EXPECT_EQ(parse_duration("P01D"), 24h);
}

TEST(Duration, ReadsZeroAndTheLargestNumbers) {
  EXPECT_EQ(parse_duration("PT0S"), 0s);
  EXPECT_EQ(parse_duration("P999999999W"), 999'999'999 * std::chrono::seconds(7 * 24h));
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"",     "P",    "PT",    "P2DT",  "2D",     "P2",    "PD",     "P2H",          "PT2D",
                           "P2M",  "P1Y",  "P1Y2D", "P2D1W", "PT1S1H", "P1D1D", "PT1.5H", "PT1,5H",       "P-2D",
                           "-P2D", "+P2D", "P+2D",  "p2d",   "P2d",    "P 2D",  "P2D ",   "P1000000000D", "P2DT3"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace taskstream::command
