#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

namespace taskstream::http {
namespace {

// The status of a refusal; 0 = complete; 1 = more is expected.
unsigned verdict(std::string_view encoded, std::uint64_t limit = 1024) {
  ChunkedBody decoder(limit);
  std::string body;
  const auto refusal = decoder.decode(encoded, body);
  return refusal ? static_cast<unsigned>(refusal->status) : decoder.complete() ? 0 : 1;
}

TEST(ChunkedBody, JoinsItsChunksWhereverTheBytesAreCut) {
  const std::string sent = "5\r\nhello\r\n1;name=value\r\n,\r\n006\r\n world\r\n0\r\n\r\nGET /next";
  for (std::size_t cut = 0; cut < sent.size(); ++cut) {
    ChunkedBody decoder(1024);
    std::string body;
    auto first = std::string_view(sent).substr(0, cut);
    ASSERT_FALSE(decoder.decode(first, body)) << cut;
    std::string rest = std::string(first) + sent.substr(cut);
    std::string_view second = rest;
    ASSERT_FALSE(decoder.decode(second, body)) << cut;
    EXPECT_TRUE(decoder.complete()) << cut;
    EXPECT_EQ(body, "hello, world") << cut;
    EXPECT_EQ(second, "GET /next") << cut;
  }
}

TEST(ChunkedBody, RefusesSizesThatAreNone) {
  for (const auto* sent : {"\r\n", "-1\r\n", "+1\r\n", "0x5\r\n", " 5\r\n", "5 \r\n", "5 ;a=b\r\n", "g\r\n", "5\n",
                           "5\r\r\n", "10000000000000000\r\n", "5;\x01\r\n", "5;a\rb\r\n"}) {
    EXPECT_EQ(verdict(sent), 400U) << sent;
  }
  EXPECT_EQ(verdict("5;" + std::string(300, 'a')), 400U);
}

TEST(ChunkedBody, RefusesChunksLongerOrShorterThanTheirSize) {
  EXPECT_EQ(verdict("3\r\nhello\r\n0\r\n\r\n"), 400U);
  EXPECT_EQ(verdict("5\r\nhello\n0\r\n\r\n"), 400U);
  EXPECT_EQ(verdict("7\r\nhello\r\n0\r\n\r\n"), 400U);
}

TEST(ChunkedBody, RefusesTrailers) {
  EXPECT_EQ(verdict("0\r\n\r\n"), 0U);
  EXPECT_EQ(verdict("0\r\n"), 1U);
  EXPECT_EQ(verdict("0\r\nHost: evil\r\n\r\n"), 400U);
  EXPECT_EQ(verdict("0\r\n\n"), 400U);
}

TEST(ChunkedBody, IsBoundedBeforeItIsRead) {
  EXPECT_EQ(verdict("400\r\n"), 1U);
  EXPECT_EQ(verdict("401\r\n"), 413U);
  EXPECT_EQ(verdict("ffffffffffffffff\r\n"), 413U);
  EXPECT_EQ(verdict("5\r\nhello\r\n1\r\n", 5), 413U);
  EXPECT_EQ(verdict("5\r\nhello\r\n0\r\n\r\n", 5), 0U);
}

}  // namespace
}  // namespace taskstream::http
