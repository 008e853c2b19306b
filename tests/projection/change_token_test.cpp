#include "events/log/change_token.hpp"

#include <gtest/gtest.h>

namespace taskstream::projection {
namespace {

using events::PositionVector;
using events::TokenError;

const events::LogId kLog(*events::Uuid::parse("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"));
const events::LogId kOther(*events::Uuid::parse("018f3c1e-7a2b-7c3d-8e4f-000000000001"));

const events::ChangeToken kAtRest{.seen = PositionVector({7, 0, 900'000}), .walk = {}};
const events::ChangeToken kUnderWay{
    .seen = PositionVector({7, 3}),
    .walk = events::ChangeToken::Walk{.base = PositionVector({1, 3}), .end = PositionVector({7, 9, 12})}};

TEST(ChangeToken, IsReadAsItWasWritten) {
  for (const events::ChangeToken& token : {events::ChangeToken{}, kAtRest, kUnderWay}) {
    const auto read = events::decode_change_token(events::encode_change_token(kLog, token), kLog);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, token);
  }
}

TEST(ChangeToken, NeedsWhatItHasSeenAndWhereItsWalkEnds) {
  EXPECT_EQ(kAtRest.needs(), kAtRest.seen);
  EXPECT_EQ(kUnderWay.needs(), PositionVector({7, 9, 12}));
}

TEST(ChangeToken, OfAnotherLogIsTold) {
  EXPECT_EQ(events::decode_change_token(events::encode_change_token(kOther, kAtRest), kLog).error(),
            TokenError::OfAnotherLog);
}

TEST(ChangeToken, IsNoConsistencyTokenAndNoneIsOne) {
  const std::string consistency = events::encode_token(kLog, kAtRest.seen);
  EXPECT_EQ(events::decode_change_token(consistency, kLog).error(), TokenError::Unreadable);
  EXPECT_EQ(events::decode_token(events::encode_change_token(kLog, kAtRest), kLog).error(), TokenError::Unreadable);
}

TEST(ChangeToken, ThatIsDamagedIsUnreadable) {
  for (const events::ChangeToken& token : {kAtRest, kUnderWay}) {
    const std::string text = events::encode_change_token(kLog, token);
    for (std::size_t length = 0; length < text.size(); ++length) {
      EXPECT_FALSE(events::decode_change_token(text.substr(0, length), kLog)) << length;
    }
    EXPECT_FALSE(events::decode_change_token(text + "." + text.substr(2), kLog));
    EXPECT_FALSE(events::decode_change_token(text + ".", kLog));
  }
}

}  // namespace
}  // namespace taskstream::projection
