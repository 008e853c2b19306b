#include "events/contract/ids.hpp"

#include <gtest/gtest.h>

namespace taskstream::events {
namespace {

TEST(Uuid, IsReadInAnyCaseAndWrittenInLowerCase) {
  const auto uuid = Uuid::parse("0197F2c4-5B1a-7C3E-9d2f-6A8B0C1D2E3F");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->to_string(), "0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f");
  EXPECT_EQ(uuid, Uuid::parse("0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f"));
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const std::string_view text :
       {"", "0197f2c4", "0197f2c45b1a7c3e9d2f6a8b0c1d2e3f", "{0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f}",
        "urn:uuid:0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f", "0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3",
        "0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f0", " 0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f",
        "0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3g", "0197f2c45-b1a-7c3e-9d2f-6a8b0c1d2e3f",
        "0197f2c4_5b1a-7c3e-9d2f-6a8b0c1d2e3f", "+197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

// RFC 9562, appendix A.6: unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
TEST(Uuid, OfVersionSevenIsMadeAsInTheRfc) {
  const Uuid::Bytes random = {0, 0, 0, 0, 0, 0, 0xFC, 0xC3, 0xD8, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
  const Uuid uuid = make_uuid_v7(0x017F22E279B0, random);
  EXPECT_EQ(uuid.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(uuid.version(), 7);
  EXPECT_TRUE(uuid.has_rfc_variant());
}

// RFC 9562, appendix B.2: SHA-256 over the DNS namespace and `www.example.com`, its first 16 bytes
// 5c146b14-3c52-4afd-938a-375d0df1fbf6 before version and variant are set.
TEST(Uuid, OfVersionEightIsMadeAsInTheRfc) {
  const Uuid digest = *Uuid::parse("5c146b14-3c52-4afd-938a-375d0df1fbf6");
  const Uuid uuid = make_uuid_v8(digest.bytes());
  EXPECT_EQ(uuid.to_string(), "5c146b14-3c52-8afd-938a-375d0df1fbf6");
  EXPECT_EQ(uuid.version(), 8);
  EXPECT_TRUE(uuid.has_rfc_variant());
}

TEST(Uuid, SortsByTheTimeInVersionSeven) {
  const Uuid::Bytes all_ones = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_LT(make_uuid_v7(1'000, all_ones), make_uuid_v7(1'001, {}));
}

TEST(StreamId, HasAKindAndAnId) {
  const auto stream = StreamId::parse("task/0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f");
  ASSERT_TRUE(stream);
  EXPECT_EQ(stream->kind(), "task");
  EXPECT_EQ(stream->id(), "0197f2c4-5b1a-7c3e-9d2f-6a8b0c1d2e3f");
}

TEST(StreamId, TakesEveryNameWithinItsBoundsAndNoOther) {
  const std::string longest_kind(32, 'k');
  const std::string longest_id(64, '7');
  for (const std::string& key :
       {std::string("a/0"), std::string("a-1/-"), std::string("log/genesis"), longest_kind + "/" + longest_id}) {
    EXPECT_TRUE(StreamId::parse(key)) << key;
  }
  for (const std::string& key :
       {std::string(), std::string("task"), std::string("task/"), std::string("/1"), std::string("1task/1"),
        std::string("-task/1"), std::string("Task/1"), std::string("task/A"), std::string("task/1/2"),
        std::string("task/1 "), std::string("task/\0", 6), std::string("t\xC3\xA4sk/1"), "k" + longest_kind + "/1",
        "a/7" + longest_id}) {
    EXPECT_FALSE(StreamId::parse(key)) << key;
  }
}

}  // namespace
}  // namespace taskstream::events
