#include "command-service/core/end_watch.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;
using Verdict = EndWatch::Verdict;

constexpr SteadyTime kStart{1h};

TEST(EndWatch, TrustsAnEndAtOrPastTheFold) {
  EndWatch watch;
  watch.note_asked(0, 5);
  EXPECT_EQ(watch.judge(0, 5, kStart), Verdict::Sound);
  EXPECT_EQ(watch.judge(0, 9, kStart), Verdict::Sound);
}

TEST(EndWatch, DoubtsAnEndBelowTheFoldUntilThatHasLasted) {
  EndWatch watch;
  watch.note_asked(0, 5);
  EXPECT_EQ(watch.judge(0, 4, kStart), Verdict::Doubtful);
  EXPECT_EQ(watch.judge(0, 4, kStart + 14s), Verdict::Doubtful);
  EXPECT_EQ(watch.judge(0, 4, kStart + 15s), Verdict::Damage);
}

TEST(EndWatch, BeginsAnewOnceAnEndWasSound) {
  EndWatch watch;
  watch.note_asked(0, 5);
  EXPECT_EQ(watch.judge(0, 4, kStart), Verdict::Doubtful);
  EXPECT_EQ(watch.judge(0, 5, kStart + 10s), Verdict::Sound);
  EXPECT_EQ(watch.judge(0, 4, kStart + 20s), Verdict::Doubtful);
}

TEST(EndWatch, JudgesEachPartitionByItself) {
  EndWatch watch;
  watch.note_asked(0, 5);
  watch.note_asked(1, 2);
  EXPECT_EQ(watch.judge(0, 4, kStart), Verdict::Doubtful);
  EXPECT_EQ(watch.judge(1, 4, kStart + 20s), Verdict::Sound);
}

}  // namespace
}  // namespace taskstream::command
