#include "events/log/freshness_field.hpp"

#include <gtest/gtest.h>

#include "events/log/change_token.hpp"

namespace taskstream::events {
namespace {

const LogIdentity kLog{.log_id = *LogId::parse("0197f2c4-0000-7000-8000-00000000000a"), .partitions = 3};
const LogId kOther = *LogId::parse("0197f2c4-0000-7000-8000-00000000000b");

std::string token(std::vector<Offset> next) {
  return encode_token(kLog.log_id, PositionVector(std::move(next)));
}
FreshnessError refused(const std::string& field) {
  const auto read = read_freshness(field, kLog);
  EXPECT_TRUE(read.has_error()) << field;
  return read.error();
}

TEST(FreshnessField, NamesAllThatItsTokensName) {
  EXPECT_EQ(*read_freshness(token({5}), kLog), PositionVector({5}));
  EXPECT_EQ(*read_freshness(token({5, 0, 2}) + " ,\t" + token({1, 9}), kLog), PositionVector({5, 9, 2}));
}

TEST(FreshnessField, TakesAPlaceInTheOrderOfChangesForAllThatItsHolderHasSeen) {
  const ChangeToken at_rest{.seen = PositionVector({7, 9}), .walk = {}};
  ChangeToken under_way = at_rest;
  under_way.walk = ChangeToken::Walk{.base = PositionVector({1}), .end = PositionVector({8, 3, 4})};
  EXPECT_EQ(*read_freshness(encode_change_token(kLog.log_id, at_rest), kLog), at_rest.seen);
  EXPECT_EQ(*read_freshness(encode_change_token(kLog.log_id, under_way), kLog), under_way.needs());
}

TEST(FreshnessField, LeavesOutEmptyPlacesAndIsNotMadeOfThemAlone) {
  for (const std::string& field : {",," + token({5}), token({5}) + ", ,", token({5}) + ",," + token({4})}) {
    EXPECT_EQ(*read_freshness(field, kLog), PositionVector({5})) << field;
  }
  for (const char* field : {"", " ", ",", " ,\t, "}) EXPECT_EQ(refused(field), FreshnessError::Empty) << field;
}

TEST(FreshnessField, IsRefusedAsAWholeForOneBadToken) {
  EXPECT_EQ(refused("hello"), FreshnessError::Unreadable);
  EXPECT_EQ(refused("c."), FreshnessError::Unreadable);
  EXPECT_EQ(refused(token({5}) + ",hello"), FreshnessError::Unreadable);
  EXPECT_EQ(refused(token({5}) + " " + token({5})), FreshnessError::Unreadable);
  EXPECT_EQ(refused(encode_token(kOther, PositionVector({5}))), FreshnessError::OfAnotherLog);
  EXPECT_EQ(refused(encode_change_token(kOther, {.seen = PositionVector({5}), .walk = {}})),
            FreshnessError::OfAnotherLog);
  EXPECT_EQ(refused(token({5}) + "," + token({0, 0, 0, 1})), FreshnessError::NoSuchPartition);
}

TEST(FreshnessField, SaysWhyItIsRefused) {
  for (const auto error : {FreshnessError::Empty, FreshnessError::Unreadable, FreshnessError::OfAnotherLog,
                           FreshnessError::NoSuchPartition}) {
    EXPECT_FALSE(explain(error).empty());
  }
}

}  // namespace
}  // namespace taskstream::events
