#include "events/contract/instant.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace taskstream::events {
namespace {

TEST(Instant, IsReadFromEveryFormOfRfc3339AndWrittenInOne) {
  constexpr std::pair<std::string_view, std::string_view> kTable[] = {
      {"2026-11-25T07:20:13Z", "2026-11-25T07:20:13.000000Z"},
      {"2026-11-25t07:20:13z", "2026-11-25T07:20:13.000000Z"},
      {"2026-11-25T07:20:13.5Z", "2026-11-25T07:20:13.500000Z"},
      {"2026-11-25T07:20:13.123456Z", "2026-11-25T07:20:13.123456Z"},
      {"2026-11-25T07:20:13.123456999999999999999999Z", "2026-11-25T07:20:13.123456Z"},
      {"2026-11-25T07:20:13+02:00", "2026-11-25T05:20:13.000000Z"},
      {"2026-11-25T23:30:00-01:30", "2026-11-26T01:00:00.000000Z"},
      {"2026-11-25T07:20:13+00:00", "2026-11-25T07:20:13.000000Z"},
      {"2026-11-25T07:20:13-00:00", "2026-11-25T07:20:13.000000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
  };
  for (const auto& [text, written] : kTable) {
    const auto instant = parse_instant(text);
    ASSERT_TRUE(instant) << text;
    EXPECT_EQ(format_instant(*instant), written) << text;
    EXPECT_EQ(parse_instant(written), instant) << text;
  }
}

TEST(Instant, RefusesWhatIsNotRfc3339) {
  for (const std::string_view text : {"",
                                      "2026-11-25",
                                      "07:20:13Z",
                                      "2026-11-25T07:20:13",
                                      "2026-11-25 07:20:13Z",
                                      "2026-11-25T07:20Z",
                                      "2026-11-25T07:20:13.Z",
                                      "2026-11-25T07:20:13,5Z",
                                      "2026-11-25T07:20:13+0200",
                                      "2026-11-25T07:20:13+02",
                                      "2026-11-25T07:20:13+24:00",
                                      "2026-11-25T07:20:13+02:60",
                                      "2026-11-25T07:20:13ZZ",
                                      "2026-11-25T07:20:13Z ",
                                      " 2026-11-25T07:20:13Z",
                                      "2026-1-25T07:20:13Z",
                                      "26-11-25T07:20:13Z",
                                      "+2026-11-25T07:20:13Z",
                                      "2026-00-25T07:20:13Z",
                                      "2026-13-25T07:20:13Z",
                                      "2026-11-00T07:20:13Z",
                                      "2026-11-31T07:20:13Z",
                                      "2025-02-29T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "2026-11-25T24:00:00Z",
                                      "2026-11-25T07:60:13Z",
                                      "2026-11-25T-7:20:13Z",
                                      "20261125T072013Z",
                                      "yesterday"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Instant, RefusesALeapSecond) {
  EXPECT_FALSE(parse_instant("2016-12-31T23:59:60Z"));
  EXPECT_FALSE(parse_instant("2016-12-31T23:59:61Z"));
}

TEST(Instant, RefusesAnOffsetThatLeavesTheYearsOfFourDigits) {
  EXPECT_FALSE(parse_instant("0000-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_instant("9999-12-31T23:59:59-00:01"));
}

}  // namespace
}  // namespace taskstream::events
