#include "events/contract/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace taskstream::events {
namespace {

TEST(Utf8, KeepsWhatIsValidByteForByte) {
  for (const std::string& text :
       std::vector<std::string>{"", "plain", "gr\xC3\xBC\xC3\x9F dich", "\xF0\x9F\x9A\x80", "\x7F\x01"}) {
    EXPECT_EQ(with_valid_utf8(text), text);
  }
}

TEST(Utf8, ShowsWhatIsNoUtf8AsAReplacementCharacter) {
  EXPECT_EQ(with_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(with_valid_utf8("a\xC3"), "a\xEF\xBF\xBD") << "a sequence that ends too early";
  EXPECT_EQ(with_valid_utf8("\xED\xA0\x80"), with_valid_utf8(with_valid_utf8("\xED\xA0\x80"))) << "a surrogate";
  EXPECT_NE(with_valid_utf8("\xC0\xAF"), "\xC0\xAF") << "an overlong form";
}

}  // namespace
}  // namespace taskstream::events
