#include "events/contract/base64.hpp"

#include <gtest/gtest.h>

namespace taskstream::events {
namespace {

TEST(Base64Url, HasOneSpellingForEachValue) {
  // RFC 7515, appendix C.
  EXPECT_EQ(to_base64url("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
  EXPECT_EQ(from_base64url("A-z_4ME"), "\x03\xec\xff\xe0\xc1");
  for (std::size_t length = 0; length < 9; ++length) {
    const std::string bytes(length, '\xff');
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
  for (const auto* text : {"A", "A-z_4M=", "A-z_4MF", "A+z/", "A-z_ 4ME", "AAAAA", "A-z_4ME=", "\xff\xff\xff\xff"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Base64, IsThatOfTheStandard) {
  // RFC 4648, section 10.
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xfb\xff"), "+/8=");
  for (std::size_t size = 0; size < 9; ++size) {
    const std::string bytes(size, '\xfb');  // with `+`, `/` and every padding
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "-_8=", "Z g=", "Zh=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace taskstream::events
