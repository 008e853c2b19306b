#include "events/log/take_back.hpp"

#include <gtest/gtest.h>

namespace taskstream::tests {
namespace {

using events::do_or_take_back;
using events::LogRefused;

std::string message_of(const std::function<void()>& work, const std::function<void()>& take_back) {
  try {
    do_or_take_back(work, take_back, "The mark stays.");
  } catch (const LogRefused& refused) {
    return refused.what();
  }
  return {};
}

TEST(TakeBack, IsDoneWhereTheWorkFailedAndNowhereElse) {
  int taken_back = 0;
  const auto take_back = [&] { ++taken_back; };
  EXPECT_EQ(message_of([] {}, take_back), "");
  EXPECT_EQ(taken_back, 0);
  EXPECT_EQ(message_of([] { throw LogRefused("It has records."); }, take_back), "It has records.");
  EXPECT_EQ(taken_back, 1);
  EXPECT_THROW(do_or_take_back([] { throw std::runtime_error("No answer"); }, take_back, ""), std::runtime_error);
}

TEST(TakeBack, ThatFailsHidesNotWhyItWasNeeded) {
  EXPECT_EQ(message_of([] { throw LogRefused("It has records."); }, [] { throw std::runtime_error("No answer"); }),
            "It has records. The mark stays. (No answer)");
}

}  // namespace
}  // namespace taskstream::tests
