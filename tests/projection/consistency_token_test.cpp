#include "events/log/consistency_token.hpp"

#include <gtest/gtest.h>

namespace taskstream::events {
namespace {

LogId log_of(std::uint8_t number) {
  return LogId(Uuid({number, 1, 2, 3, 4, 5, 0x46, 7, 0x88, 9, 10, 11, 12, 13, 14, 15}));
}

TEST(ConsistencyToken, ComesBackAsItWas) {
  const PositionVector positions({0, 1, 127, 128, 300'000, (std::int64_t{1} << 53), 0});
  const auto decoded = decode_token(encode_token(log_of(1), positions), log_of(1));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, positions);
}

TEST(ConsistencyToken, OfAnEmptyVectorIsReadableToo) {
  const auto decoded = decode_token(encode_token(log_of(1), {}), log_of(1));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, PositionVector());
}

TEST(ConsistencyToken, OfAnotherLogIsToldApartFromAnUnreadableOne) {
  const std::string token = encode_token(log_of(2), PositionVector({5}));
  EXPECT_EQ(decode_token(token, log_of(1)).error(), TokenError::OfAnotherLog);
  EXPECT_EQ(decode_token("", log_of(1)).error(), TokenError::Unreadable);
  EXPECT_EQ(decode_token("hello", log_of(1)).error(), TokenError::Unreadable);
  EXPECT_EQ(decode_token(token + "A", log_of(2)).error(), TokenError::Unreadable);
}

TEST(ConsistencyToken, WithAnyCharacterChangedOrCutIsUnreadable) {
  const std::string token = encode_token(log_of(1), PositionVector({5, 900, 70'000}));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(decode_token(changed, log_of(1)).has_value()) << i;
    EXPECT_FALSE(decode_token(std::string_view(token).substr(0, i), log_of(1)).has_value()) << i;
  }
}

TEST(ConsistencyToken, TravelsInUrlsAndHeadersAsItIs) {
  const std::string token = encode_token(log_of(0xff), PositionVector(std::vector<Offset>(12, 1'234'567'890)));
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  EXPECT_LT(token.size(), 128U);
}

}  // namespace
}  // namespace taskstream::events
