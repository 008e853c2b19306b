#include "http/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

const RateLimiter::Clock::time_point kNow{1000s};

std::string fields_of(const RateLimiter::Verdict& verdict) {
  std::string head;
  append_rate_fields(head, verdict);
  return head;
}

TEST(RateLimit, BearsASecondsWorthAtOnceAndThenTheRate) {
  RateLimiter limiter(10);
  for (std::uint32_t left = 10; left-- > 0;) {
    const auto verdict = limiter.take("ann", kNow);
    EXPECT_TRUE(verdict.is_allowed);
    EXPECT_EQ(verdict.remaining, left);
  }
  const auto refused = limiter.take("ann", kNow);
  EXPECT_FALSE(refused.is_allowed);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_EQ(refused.retry_after, 1s);
  EXPECT_FALSE(limiter.take("ann", kNow + 99ms).is_allowed);
  EXPECT_TRUE(limiter.take("ann", kNow + 100ms).is_allowed);
  EXPECT_FALSE(limiter.take("ann", kNow + 100ms).is_allowed);
}

TEST(RateLimit, ARefusalCostsNothing) {
  RateLimiter limiter(1);
  EXPECT_TRUE(limiter.take("ann", kNow).is_allowed);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.take("ann", kNow + 500ms).is_allowed);
  EXPECT_TRUE(limiter.take("ann", kNow + 1s).is_allowed);
}

TEST(RateLimit, NobodySpendsWhatBelongsToAnother) {
  RateLimiter limiter(1);
  EXPECT_TRUE(limiter.take("ann", kNow).is_allowed);
  EXPECT_FALSE(limiter.take("ann", kNow).is_allowed);
  EXPECT_TRUE(limiter.take("bob", kNow).is_allowed);
}

TEST(RateLimit, HoldsOverAnyStretchOfTime) {
  RateLimiter limiter(1000);
  int taken = 0;
  for (auto now = kNow; now < kNow + 10s; now += 100us) taken += limiter.take("ann", now).is_allowed ? 1 : 0;
  EXPECT_GE(taken, 10'990);
  EXPECT_LE(taken, 11'000);  // ten seconds' worth, and what the bucket held
}

TEST(RateLimit, RemembersABoundedNumberAndForgetsWhoAskedLongestAgo) {
  RateLimiter limiter(1, 3);
  for (const auto* name : {"ann", "bob", "cat"}) EXPECT_TRUE(limiter.take(name, kNow).is_allowed);
  EXPECT_FALSE(limiter.take("ann", kNow).is_allowed);
  EXPECT_TRUE(limiter.take("dan", kNow).is_allowed);  // in bob's place
  EXPECT_EQ(limiter.remembered(), 3U);
  EXPECT_FALSE(limiter.take("ann", kNow).is_allowed);
  EXPECT_FALSE(limiter.take("cat", kNow).is_allowed);
  EXPECT_TRUE(limiter.take("bob", kNow).is_allowed);
  for (int i = 0; i < 10'000; ++i) limiter.take(std::string(1'000'000, 'x').append(std::to_string(i % 7)), kNow);
  EXPECT_EQ(limiter.remembered(), 3U);
}

TEST(RateLimit, IsHeldByAllThreadsTogether) {
  RateLimiter limiter(100);
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1'000; ++j) taken += limiter.take("ann", kNow).is_allowed ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(taken, 100);
}

TEST(RateLimit, SpellsItsFieldsAsTheDraftSays) {
  RateLimiter limiter(100);
  EXPECT_EQ(fields_of(limiter.take("ann", kNow)),
            "RateLimit-Policy: \"principal\";q=100;w=1\r\nRateLimit: \"principal\";r=99;t=1\r\n");
}

}  // namespace
}  // namespace taskstream::http
