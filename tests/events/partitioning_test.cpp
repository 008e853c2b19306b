#include <gtest/gtest.h>

#include <utility>

#include "events/contract/envelope.hpp"

namespace taskstream::events {
namespace {

// The vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2.
TEST(Murmur2, GivesWhatJavaClientsGive) {
  constexpr std::pair<std::string_view, std::int32_t> kTable[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [bytes, hash] : kTable) EXPECT_EQ(murmur2(bytes), hash) << bytes;
}

TEST(Murmur2, TreatsBytesAsUnsigned) {
  EXPECT_NE(murmur2("\xFF"), murmur2("\x7F"));
  EXPECT_NE(murmur2(std::string_view("\0", 1)), murmur2(""));
}

TEST(PartitionOf, ClearsTheSignAsJavaDoesAndStaysInRange) {
  EXPECT_EQ(partition_of("21", 12), (-973932308 & 0x7fffffff) % 12);
  EXPECT_EQ(partition_of("abc", 12), 479470107 % 12);
  EXPECT_EQ(partition_of("foobar", 1), 0);
}

}  // namespace
}  // namespace taskstream::events
