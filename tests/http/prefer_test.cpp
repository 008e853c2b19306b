#include "http/prefer.hpp"

#include <gtest/gtest.h>

#include "tests/http/requests.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

Preferences reading(std::string_view value) {
  return read_preferences(request_with({{"Prefer", value}}));
}

TEST(Prefer, HasDefaults) {
  const auto preferences = read_preferences(request_with({}));
  EXPECT_EQ(preferences.wait, 5s);
  EXPECT_FALSE(preferences.lenient || preferences.return_minimal || preferences.merge_conflicts);
}

TEST(Prefer, ReadsAllThatAreKnown) {
  const auto preferences = reading("wait=2, Handling=lenient; x=1,return = \"minimal\" , conflict=merge, other");
  EXPECT_EQ(preferences.wait, 2s);
  EXPECT_TRUE(preferences.lenient);
  EXPECT_TRUE(preferences.return_minimal);
  EXPECT_TRUE(preferences.merge_conflicts);
}

TEST(Prefer, BoundsTheWait) {
  EXPECT_EQ(reading("wait=0").wait, 0s);
  EXPECT_EQ(reading("wait=30").wait, 30s);
  EXPECT_EQ(reading("wait=31").wait, 30s);
  EXPECT_EQ(reading("wait=99999999999999999999999").wait, 30s);
}

TEST(Prefer, IgnoresWhatCannotBeRead) {
  for (const auto* value : {"wait", "wait=", "wait=-1", "wait=1.5", "wait=x", ";;", "=", "\"", "handling=strict",
                            "return=representation"}) {
    const auto preferences = reading(value);
    EXPECT_EQ(preferences.wait, 5s) << value;
    EXPECT_FALSE(preferences.lenient || preferences.return_minimal) << value;
  }
}

TEST(Prefer, CountsTheFirstOfTwo) {
  EXPECT_EQ(reading("wait=1, wait=2").wait, 1s);
  EXPECT_EQ(read_preferences(request_with({{"Prefer", "wait=3"}, {"Prefer", "WAIT=4, return=minimal"}})).wait, 3s);
  EXPECT_TRUE(read_preferences(request_with({{"Prefer", "wait=3"}, {"Prefer", "return=minimal"}})).return_minimal);
}

TEST(Prefer, KeepsSeparatorsInQuotes) {
  EXPECT_FALSE(reading("note=\"a, return=minimal\"").return_minimal);
}

}  // namespace
}  // namespace taskstream::http
