#include "command-service/core/barrier.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace taskstream::command {
namespace {

using Tickets = std::vector<Ticket>;
using Asks = std::vector<events::Partition>;

TEST(Barrier, IsReachedOnceTheFoldIsAtTheEnd) {
  Barrier barrier;
  barrier.begin(1, {0});
  ASSERT_EQ(barrier.take_asks(), Asks{0});
  barrier.on_end(0, 5, 3);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(0, 4);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(0, 5);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, IsReachedAtOnceWhereTheFoldIsAtTheEndAlready) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.take_asks();
  barrier.on_end(0, 5, 5);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, LetsALatecomerWaitForTheNextRequest) {
  Barrier barrier;
  barrier.begin(1, {0});
  ASSERT_EQ(barrier.take_asks(), Asks{0});
  barrier.begin(2, {0});
  EXPECT_EQ(barrier.take_asks(), Asks{}) << "one request at a time";
  barrier.on_end(0, 1, 1);
  EXPECT_EQ(barrier.take_reached(), Tickets{1}) << "the end that was asked for before 2 came proves nothing to 2";
  ASSERT_EQ(barrier.take_asks(), Asks{0});
  barrier.on_end(0, 1, 1);
  EXPECT_EQ(barrier.take_reached(), Tickets{2});
}

TEST(Barrier, AsksOnceForAllWhoWait) {
  Barrier barrier;
  barrier.begin(1, {2});
  barrier.begin(2, {0, 2});
  EXPECT_EQ(barrier.take_asks(), (Asks{0, 2}));
  EXPECT_EQ(barrier.take_asks(), Asks{});
}

TEST(Barrier, WaitsForEveryPartitionItIsOver) {
  Barrier barrier;
  barrier.begin(1, {0, 1});
  barrier.take_asks();
  barrier.on_end(0, 2, 0);
  barrier.on_end(1, 3, 0);
  barrier.on_fold(0, 2);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(1, 3);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, AsksAgainAfterAFailure) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.take_asks();
  barrier.on_failure(0);
  EXPECT_EQ(barrier.take_asks(), Asks{}) << "not at once: the log would be asked without a pause";
  barrier.retry();
  ASSERT_EQ(barrier.take_asks(), Asks{0});
  barrier.on_end(0, 0, 0);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, HoldsUpNobodyForAPartitionThatCannotBeAsked) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.begin(2, {1});
  barrier.take_asks();
  barrier.on_failure(0);
  barrier.on_end(1, 0, 0);
  EXPECT_EQ(barrier.take_reached(), Tickets{2});
}

TEST(Barrier, ForgetsWhoIsCancelled) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.take_asks();
  barrier.on_end(0, 1, 0);
  barrier.cancel(1);
  barrier.on_fold(0, 1);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
}

TEST(Barrier, ForgetsWhoIsCancelledWhereverTheyWait) {
  Barrier barrier;
  barrier.begin(1, {0, 1});
  barrier.begin(2, {0, 1});
  barrier.take_asks();
  barrier.begin(3, {0});
  barrier.on_end(0, 5, 0);  // 1 and 2 wait for the fold here, in the other partition for its end, and 3 to be asked for
  for (const Ticket ticket : Tickets{1, 3}) barrier.cancel(ticket);
  barrier.cancel(4);  // who waits nowhere
  EXPECT_EQ(barrier.take_asks(), Asks{}) << "for nobody";
  barrier.on_end(1, 0, 0);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(0, 5);
  EXPECT_EQ(barrier.take_reached(), Tickets{2});
}

TEST(Barrier, TakesATicketAgainThatIsThrough) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.take_asks();
  barrier.on_end(0, 3, 3);
  ASSERT_EQ(barrier.take_reached(), Tickets{1});
  barrier.begin(1, {0});
  ASSERT_EQ(barrier.take_asks(), Asks{0});
  barrier.on_end(0, 4, 3);
  EXPECT_EQ(barrier.take_reached(), Tickets{}) << "the end of the first one proves nothing to the second";
  barrier.cancel(1);
  barrier.on_fold(0, 4);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
}

// Each of them looking at all the others took minutes for so many.
TEST(Barrier, LetsManyGiveUpAtOnce) {
  constexpr Ticket kMany = 50'000;
  Barrier barrier;
  for (Ticket ticket = 1; ticket <= kMany; ++ticket) barrier.begin(ticket, {0, 1});
  barrier.take_asks();
  for (const events::Partition partition : {0, 1}) barrier.on_end(partition, 7, 0);
  const auto begin = std::chrono::steady_clock::now();
  for (Ticket ticket = 1; ticket < kMany; ++ticket) barrier.cancel(ticket);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  for (const events::Partition partition : {0, 1}) barrier.on_fold(partition, 7);
  EXPECT_EQ(barrier.take_reached(), Tickets{kMany});
}

}  // namespace
}  // namespace taskstream::command
