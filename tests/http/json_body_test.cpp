#include "http/json_body.hpp"

#include <gtest/gtest.h>

namespace taskstream::http {
namespace {

std::string complaint(std::string_view body, std::size_t depth = 4) {
  const auto result = parse_json_object(body, depth);
  if (result) return "";
  EXPECT_EQ(result.error().code, "MALFORMED");
  return result.error().detail;
}

TEST(JsonBody, IsReadAsItStands) {
  const auto result = parse_json_object(
      R"( {"a": [1, -2, 1.5, true, null, {"b": "\u00e9\ud83d\ude00"}], "big": 9223372036854775807, "small": -9223372036854775808} )",
      4);
  ASSERT_TRUE(result);
  EXPECT_EQ(
      *result,
      nlohmann::json::parse(
          R"({"a": [1, -2, 1.5, true, null, {"b": "é😀"}], "big": 9223372036854775807, "small": -9223372036854775808})"));
  EXPECT_TRUE((*result)["a"][0].is_number_integer());
}

TEST(JsonBody, HasNoMemberTwice) {
  EXPECT_NE(complaint(R"({"a": 1, "a": 1})").find("`a` comes twice in the outermost object"), std::string::npos);
  EXPECT_NE(complaint(R"({"x": [0, {"y": 1, "\u0079": 2}]})").find("`y` comes twice in `/x/1`"), std::string::npos)
      << complaint(R"({"x": [0, {"y": 1, "\u0079": 2}]})");
}

TEST(JsonBody, SaysWhereAnElementIsWrong) {
  EXPECT_NE(complaint(R"({"x": [0, [1, 9223372036854775808]]})").find("in `/x/1/1`"), std::string::npos);
  EXPECT_NE(complaint(R"({"x": [0, [[[]]]]})").find("in `/x/1/0/0`"), std::string::npos)
      << complaint(R"({"x": [0, [[[]]]]})");
}

TEST(JsonBody, IsNotNestedTooDeep) {
  EXPECT_EQ(complaint(R"({"a": [[[1]]]})"), "");
  EXPECT_NE(complaint(R"({"a": [[[[1]]]]})").find("deeper than 4"), std::string::npos);
  EXPECT_EQ(complaint("{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}", 0), "");
  EXPECT_NE(complaint("{\"a\":" + std::string(500'000, '[')), "");
}

TEST(JsonBody, HasNoIntegersBeyond64Bits) {
  for (const auto* number :
       {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "123456789012345678901234567890"}) {
    EXPECT_NE(complaint("{\"a\": [" + std::string(number) + "]}").find(number), std::string::npos) << number;
  }
  EXPECT_EQ(complaint(R"({"a": 1e3, "b": 1.0, "c": -0})"), "");
  EXPECT_NE(complaint(R"({"a": 1e999})"), "");
}

TEST(JsonBody, IsAnObjectInUtf8) {
  for (const auto* body : {"",
                           " ",
                           "[]",
                           "1",
                           "null",
                           "\"a\"",
                           "{",
                           "{}{}",
                           "{} x",
                           "{\"a\":}",
                           "{'a': 1}",
                           "{\"a\": 01}",
                           "{\"a\": +1}",
                           "{\"a\": NaN}",
                           "{\"a\": 1,}",
                           "{\"a\": \"\xff\"}",
                           "{\"a\": \"\xed\xa0\x80\"}",
                           "{\"a\": \"\\ud800\"}",
                           "{\"a\": \"\t\"}",
                           "/**/{}"}) {
    EXPECT_NE(complaint(body), "") << body;
  }
}

TEST(CanonicalJson, SortsMembersAndDropsBlanks) {
  EXPECT_EQ(canonical_json(R"( { "b" : [ 2 , {"d":1,"c":{}} ] , "a" : null, "aa": true } )"),
            R"({"a":null,"aa":true,"b":[2,{"c":{},"d":1}]})");
  EXPECT_EQ(canonical_json("{\"\xf0\x9f\x98\x80\": 1, \"\xef\xbf\xbd\": 2, \"z\": 3}"),
            "{\"z\":3,\"\xef\xbf\xbd\":2,\"\xf0\x9f\x98\x80\":1}");
}

TEST(CanonicalJson, KeepsNumbersAsTheyWereSent) {
  EXPECT_EQ(canonical_json(
                R"([1, 1.0, 1.00, 1e2, 1E+2, -0, -0.0, 0, -7, 9223372036854775808, 123456789012345678901234567890])"),
            R"([1,1.0,1.00,1e2,1E+2,-0,-0.0,0,-7,9223372036854775808,123456789012345678901234567890])");
}

TEST(CanonicalJson, SpellsStringsOneWay) {
  EXPECT_EQ(canonical_json(R"({"\u0061\/": "\u00e9\n\u0001\"\\\u007f"})"),
            "{\"a/\":\"\xc3\xa9\\n\\u0001\\\"\\\\\x7f\"}");
}

TEST(CanonicalJson, LeavesAloneWhatIsNone) {
  EXPECT_EQ(canonical_json(""), "");
  EXPECT_EQ(canonical_json("{oops"), "{oops");
}

}  // namespace
}  // namespace taskstream::http
