#include "command-service/core/barrier.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using events::PositionVector;
using Tickets = std::vector<Ticket>;

PositionVector at(std::vector<events::Offset> next) {
  return PositionVector(std::move(next));
}

TEST(Barrier, IsReachedOnceTheFoldIsAtTheEnd) {
  Barrier barrier;
  barrier.begin(1, {0});
  ASSERT_EQ(barrier.next_ask(), Barrier::Ask{0});
  barrier.on_end(at({5}), at({3}));
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(0, 4);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(0, 5);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, IsReachedAtOnceWhereTheFoldIsAtTheEndAlready) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.next_ask();
  barrier.on_end(at({5}), at({5}));
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, LetsALatecomerWaitForTheNextRequest) {
  Barrier barrier;
  barrier.begin(1, {0});
  ASSERT_TRUE(barrier.next_ask());
  barrier.begin(2, {0});
  EXPECT_FALSE(barrier.next_ask()) << "one request at a time";
  barrier.on_end(at({1}), at({1}));
  EXPECT_EQ(barrier.take_reached(), Tickets{1}) << "the end that was asked for before 2 came proves nothing to 2";
  ASSERT_TRUE(barrier.next_ask());
  barrier.on_end(at({1}), at({1}));
  EXPECT_EQ(barrier.take_reached(), Tickets{2});
}

TEST(Barrier, AsksOnceForAllWhoWait) {
  Barrier barrier;
  barrier.begin(1, {2});
  barrier.begin(2, {0, 2});
  EXPECT_EQ(barrier.next_ask(), (Barrier::Ask{0, 2}));
  EXPECT_FALSE(barrier.next_ask());
}

TEST(Barrier, WaitsForEveryPartitionItIsOver) {
  Barrier barrier;
  barrier.begin(1, {0, 1});
  barrier.next_ask();
  barrier.on_end(at({2, 3}), at({0, 0}));
  barrier.on_fold(0, 2);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  barrier.on_fold(1, 3);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, AsksAgainAfterAFailure) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.next_ask();
  barrier.on_failure();
  EXPECT_EQ(barrier.take_reached(), Tickets{});
  ASSERT_TRUE(barrier.next_ask());
  barrier.on_end(at({0}), at({0}));
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

TEST(Barrier, ForgetsWhoIsCancelled) {
  Barrier barrier;
  barrier.begin(1, {0});
  barrier.next_ask();
  barrier.on_end(at({1}), at({0}));
  barrier.cancel(1);
  barrier.on_fold(0, 1);
  EXPECT_EQ(barrier.take_reached(), Tickets{});
}

TEST(Barrier, WaitsForThePositionsOfAToken) {
  Barrier barrier;
  barrier.wait_for(1, at({0, 2}), at({0, 1}));
  EXPECT_FALSE(barrier.next_ask()) << "nothing has to be asked";
  barrier.on_fold(1, 2);
  EXPECT_EQ(barrier.take_reached(), Tickets{1});
}

}  // namespace
}  // namespace taskstream::command
