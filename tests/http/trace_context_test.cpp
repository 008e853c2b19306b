#include "http/trace_context.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace taskstream::http {
namespace {

const std::string kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Traceparent, IsHandedOnUnchanged) {
  EXPECT_EQ(read_traceparent(kParent), kParent);
  EXPECT_EQ(trace_id_of(kParent), "0af7651916cd43dd8448eb211c80319c");
  const std::string other_flags = kParent.substr(0, 53) + "fe";
  EXPECT_EQ(read_traceparent(other_flags), other_flags);
}

TEST(Traceparent, IsIgnoredWhenItIsNotWellFormed) {
  for (const auto& text : std::vector<std::string>{
           "", kParent.substr(1), kParent + "0", kParent + "-x", kParent + ", " + kParent, "ff" + kParent.substr(2),
           "0A" + kParent.substr(2), "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"}) {
    EXPECT_FALSE(read_traceparent(text)) << text;
  }
}

TEST(Traceparent, OfALaterVersionIsCutDownToWhatIsKnown) {
  EXPECT_EQ(read_traceparent("01" + kParent.substr(2)), kParent);
  EXPECT_EQ(read_traceparent("cc" + kParent.substr(2, 51) + "ff-more-to-come"), kParent);
  EXPECT_EQ(read_traceparent("cc" + kParent.substr(2, 51) + "fe"), kParent.substr(0, 53) + "00");
  EXPECT_FALSE(read_traceparent("01" + kParent.substr(2) + "x"));
}

}  // namespace
}  // namespace taskstream::http
