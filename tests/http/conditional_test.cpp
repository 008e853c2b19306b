#include "http/conditional.hpp"

#include <gtest/gtest.h>

#include "tests/http/requests.hpp"

namespace taskstream::http {
namespace {

using Versions = std::vector<std::int64_t>;

std::optional<Versions> versions_of(std::string_view value) {
  const auto precondition = read_precondition(request_with({{"If-Match", value}}));
  if (!precondition) return std::nullopt;
  return std::get<OneOfVersions>(*precondition).versions;
}

TEST(Precondition, IsAbsentWithoutItsFields) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*read_precondition(request_with({}))));
}

TEST(Precondition, NamesTheVersionsOfStrongTags) {
  EXPECT_EQ(versions_of("\"7\""), Versions{7});
  EXPECT_EQ(versions_of("\"7\", \"9\" ,,\"0\""), (Versions{7, 9, 0}));
  const auto twice = read_precondition(request_with({{"If-Match", "\"1\""}, {"If-Match", "\"2\""}}));
  EXPECT_EQ(std::get<OneOfVersions>(*twice).versions, (Versions{1, 2}));
}

TEST(Precondition, LeavesOutTagsThatCanNeverMatch) {
  EXPECT_EQ(versions_of("W/\"7\""), Versions{});
  EXPECT_EQ(versions_of("\"07\", \"seven\", \"a,b\", \"-1\", \"\", \"9223372036854775808\""), Versions{});
  EXPECT_EQ(versions_of("\"\\\", \"7\""), Versions{7});
}

TEST(Precondition, IsMalformedWithoutQuotes) {
  for (const auto* value : {"7", "", ",", "\"7", "7\"", "\"7\" \"8\"", "\"7\"x", "*, \"7\"", "w/\"7\"", "\"a b\""}) {
    EXPECT_FALSE(read_precondition(request_with({{"If-Match", value}}))) << value;
  }
}

TEST(Precondition, KnowsTheStar) {
  EXPECT_TRUE(std::holds_alternative<AnyVersion>(*read_precondition(request_with({{"If-Match", "*"}}))));
  EXPECT_TRUE(std::holds_alternative<MustNotExist>(*read_precondition(request_with({{"If-None-Match", "*"}}))));
}

TEST(Precondition, TakesNothingButTheStarInIfNoneMatch) {
  EXPECT_EQ(read_precondition(request_with({{"If-None-Match", "\"7\""}})).error().code, "MALFORMED");
  EXPECT_EQ(read_precondition(request_with({{"If-None-Match", "*"}, {"If-Match", "*"}})).error().status,
            Status::bad_request);
}

TEST(NotModified, ComparesWeakly) {
  const auto says = [](std::string_view value) {
    return is_not_modified(request_with({{"If-None-Match", value}}), "\"7\"");
  };
  EXPECT_TRUE(says("\"7\""));
  EXPECT_TRUE(says("W/\"7\""));
  EXPECT_TRUE(says("\"6\", \"7\""));
  EXPECT_TRUE(says("*"));
  EXPECT_FALSE(says("\"6\""));
  EXPECT_FALSE(says("7"));
  EXPECT_FALSE(is_not_modified(request_with({}), "\"7\""));
}

TEST(EntityTag, IsTheVersionInQuotes) {
  EXPECT_EQ(etag_of(12), "\"12\"");
}

}  // namespace
}  // namespace taskstream::http
