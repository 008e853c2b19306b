#include "projection-service/replay/moment.hpp"

#include <gtest/gtest.h>

#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

TEST(Moment, IsATimeAPositionOrAToken) {
  EXPECT_TRUE(std::holds_alternative<events::Instant>(*parse_moment("2026-11-25T07:20:00Z")));
  EXPECT_TRUE(std::holds_alternative<events::Instant>(*parse_moment("2026-11-25T07:20:00+01:00")));
  EXPECT_EQ(std::get<events::Position>(*parse_moment("3:100")), (events::Position{.partition = 3, .offset = 100}));
  EXPECT_TRUE(std::holds_alternative<TokenText>(*parse_moment("AbCd-_0123456789xyz")));
}

TEST(Moment, IsNothingElse) {
  for (const char* text :
       {"", "noon", "1:", ":1", "-1:0", "0:-1", "0:1:2", "0:99999999999999999999", "2026-11-25", "a token!"}) {
    EXPECT_FALSE(parse_moment(text).has_value()) << text;
  }
}

TEST(TimeOfARecord, IsItsEventsWhereItSaysOne) {
  const events::Instant log_time{std::chrono::seconds(1)};
  EXPECT_EQ(time_of({.key = {}, .headers = {{"ce_time", "1970-01-01T00:00:07Z"}}, .value = {}}, log_time),
            events::Instant{std::chrono::seconds(7)});
  EXPECT_EQ(time_of({.key = {}, .headers = {{"ce_time", "noon"}}, .value = {}}, log_time), log_time);
  EXPECT_EQ(time_of({}, log_time), log_time);
}

TEST(PrintableText, LeavesTheCursorWhereItIs) {
  EXPECT_EQ(printable("für alle 📝"), "für alle 📝");
  EXPECT_EQ(printable("a\x1b[31m\nb\x7f"), "a\\x1b[31m\\x0ab\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("\xff"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace taskstream::replay
