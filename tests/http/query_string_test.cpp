#include "http/query_string.hpp"

#include <gtest/gtest.h>

namespace taskstream::http {
namespace {

std::string shown(std::string_view target) {
  const auto query = read_query(target);
  if (!query) return query.error().code;
  std::string text;
  for (const auto& [name, value] : *query) text += "[" + name + "=" + value + "]";
  return text;
}

TEST(QueryString, IsDecodedInItsOrder) {
  EXPECT_EQ(shown("/v1/tasks"), "");
  EXPECT_EQ(shown("/v1/tasks?"), "");
  EXPECT_EQ(shown("/?q=a+b%20c&tag=x%2Cy&q=&flag&&=v&a=b=c"), "[q=a b c][tag=x,y][q=][flag=][=v][a=b=c]");
  EXPECT_EQ(shown("/?n%C3%A4me=%E2%82%AC%2B?/"), "[n\xc3\xa4me=\xe2\x82\xac+?/]");
}

TEST(QueryString, IsMalformedWithBrokenEscapes) {
  for (const auto* target : {"/?a=%", "/?a=%4", "/?a=%zz", "/?%=a", "/?a=%ff", "/?a=%ed%a0%80", "/?a=%c0%80"}) {
    EXPECT_EQ(shown(target), "MALFORMED") << target;
  }
}

TEST(Path, IsDecoded) {
  EXPECT_EQ(*read_path("/v1/t%61sks/x%20y?q=%zz"), "/v1/tasks/x y");
  EXPECT_EQ(*read_path("/a+b"), "/a+b");
}

TEST(Path, TakesNoHiddenSlashes) {
  for (const auto* target : {"/v1%2Ftasks", "/v1%2ftasks", "/a%00", "/a%", "/a%f", "/%ff"}) {
    EXPECT_FALSE(read_path(target)) << target;
  }
  EXPECT_EQ(*read_path("/a%252F"), "/a%2F");
}

}  // namespace
}  // namespace taskstream::http
