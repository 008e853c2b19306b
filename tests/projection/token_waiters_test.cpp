#include "projection-service/http/token_waiters.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

namespace taskstream::projection {
namespace {

using Outcome = TokenWaiters::Outcome;
constexpr auto kLong = std::chrono::seconds(30);

// One waiting request on a context that the test turns by hand.
struct Waiting {
  Waiting(TokenWaiters& waiters, std::vector<events::Offset> next, std::chrono::milliseconds wait = kLong,
          std::string principal = {}) {
    boost::asio::co_spawn(
        context,
        [](TokenWaiters& in, events::PositionVector target, std::chrono::steady_clock::time_point until,
           std::string who, std::optional<Outcome>& to) -> boost::asio::awaitable<void> {
          to = co_await in.wait(std::move(target), until, std::move(who));
        }(waiters, events::PositionVector(std::move(next)), std::chrono::steady_clock::now() + wait,
                                                        std::move(principal), outcome),
        boost::asio::detached);
    turn();
  }
  void turn() {
    context.restart();
    context.poll();
  }

  boost::asio::io_context context{1};
  std::optional<Outcome> outcome;
};

TEST(TokenWaiters, AnswerAtOnceWhatIsCovered) {
  TokenWaiters waiters(10);
  waiters.committed(events::PositionVector({3, 4}));
  Waiting waiting(waiters, {3, 2});
  EXPECT_EQ(waiting.outcome, Outcome::Covered);
}

TEST(TokenWaiters, AreWokenByTheCommitThatCoversEveryPartition) {
  TokenWaiters waiters(10);
  Waiting waiting(waiters, {3, 0, 5});
  waiters.committed(events::PositionVector({2, 9, 9}));
  waiting.turn();
  EXPECT_FALSE(waiting.outcome);
  waiters.committed(events::PositionVector({3, 9, 4}));
  waiting.turn();
  EXPECT_EQ(waiting.outcome, Outcome::Covered);
  EXPECT_EQ(waiters.size(), 0U);
}

TEST(TokenWaiters, WaitOnInTheNextPartitionThatIsNotFarEnough) {
  TokenWaiters waiters(10);
  Waiting waiting(waiters, {3, 0, 5});
  waiters.committed(events::PositionVector({3, 0, 4}));
  waiting.turn();
  EXPECT_FALSE(waiting.outcome);
  EXPECT_EQ(waiters.size(), 1U);
  waiters.committed(events::PositionVector({3, 0, 5}));
  waiting.turn();
  EXPECT_EQ(waiting.outcome, Outcome::Covered);
}

TEST(TokenWaiters, GiveUpAtTheirDeadline) {
  TokenWaiters waiters(10);
  Waiting waiting(waiters, {3}, std::chrono::milliseconds(5));
  waiting.context.restart();
  waiting.context.run();
  EXPECT_EQ(waiting.outcome, Outcome::TimedOut);
  EXPECT_EQ(waiters.size(), 0U);
}

TEST(TokenWaiters, AreBoundedAndEndWhenClosed) {
  TokenWaiters waiters(1);
  Waiting first(waiters, {3});
  Waiting second(waiters, {3});
  EXPECT_EQ(second.outcome, Outcome::Full);
  waiters.close();
  first.turn();
  EXPECT_EQ(first.outcome, Outcome::Closed);
  Waiting third(waiters, {3});
  EXPECT_EQ(third.outcome, Outcome::Closed);
}

TEST(TokenWaiters, AreBoundedForEachPrincipal) {
  TokenWaiters waiters(0, 2);
  Waiting first(waiters, {3}, kLong, "Ann");
  Waiting second(waiters, {0, 5}, kLong, "Ann");
  EXPECT_EQ(Waiting(waiters, {3}, kLong, "Ann").outcome, Outcome::Full);
  Waiting of_another(waiters, {3}, kLong, "Bob");
  Waiting of_nobody[] = {{waiters, {3}}, {waiters, {3}}, {waiters, {3}}};
  EXPECT_EQ(waiters.size(), 6U);
  waiters.committed(events::PositionVector({3}));
  for (auto* waiting : {&first, &of_another, &of_nobody[0], &of_nobody[1], &of_nobody[2]}) {
    waiting->turn();
    EXPECT_EQ(waiting->outcome, Outcome::Covered);
  }
  EXPECT_EQ(Waiting(waiters, {3}, kLong, "Ann").outcome, Outcome::Covered);
  Waiting third(waiters, {0, 5}, kLong, "Ann");
  EXPECT_FALSE(third.outcome) << "there is a place again";
  EXPECT_EQ(Waiting(waiters, {0, 5}, kLong, "Ann").outcome, Outcome::Full);
  waiters.close();
  second.turn();
  third.turn();
}

TEST(TokenWaiters, AreWokenOnTheirOwnThreadByCommitsOfAnother) {
  constexpr int kWaiting = 2'000;
  TokenWaiters waiters(0);
  boost::asio::io_context context(1);
  int covered = 0;
  for (int i = 0; i < kWaiting; ++i) {
    boost::asio::co_spawn(
        context,
        [](TokenWaiters& in, int offset, int& count) -> boost::asio::awaitable<void> {
          const auto outcome =
              co_await in.wait(events::PositionVector({offset, offset / 2}), std::chrono::steady_clock::now() + kLong);
          if (outcome == Outcome::Covered) ++count;
        }(waiters, i + 1, covered),
        boost::asio::detached);
  }
  std::jthread committer([&] {
    for (int i = 1; i <= kWaiting; i += 7) waiters.committed(events::PositionVector({i, i}));
    waiters.committed(events::PositionVector({kWaiting, kWaiting}));
  });
  context.run();
  EXPECT_EQ(covered, kWaiting);
}

}  // namespace
}  // namespace taskstream::projection
