#include "command-service/core/token_waits.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;
using events::PositionVector;
using Tickets = std::vector<Ticket>;

const SteadyTime kNow{1h};

PositionVector at(std::vector<events::Offset> next) {
  return PositionVector(std::move(next));
}

Waiter waiter(Ticket ticket, PositionVector at_least, std::chrono::milliseconds wait = 2s) {
  return {.ticket = ticket, .request = ReadRequest{.at_least = std::move(at_least), .wait = wait}};
}

Tickets tickets_of(const std::vector<Waiter>& waiters) {
  Tickets tickets;
  for (const Waiter& one : waiters) tickets.push_back(one.ticket);
  return tickets;
}

TEST(TokenWaits, LetsGoWhoseTokensTheFoldHasCovered) {
  TokenWaits waits(0);
  waits.add(waiter(1, at({3})), at({1}), kNow);
  waits.add(waiter(2, at({2})), at({1}), kNow);
  waits.on_fold(0, at({2}));
  EXPECT_EQ(tickets_of(waits.take_covered()), Tickets{2});
  waits.on_fold(0, at({4}));
  EXPECT_EQ(tickets_of(waits.take_covered()), Tickets{1});
  EXPECT_EQ(waits.size(), 0U);
  EXPECT_TRUE(waits.take_late(kNow + 1h).empty()) << "who has gone is not late";
}

TEST(TokenWaits, WaitForEveryPartitionThatATokenNames) {
  TokenWaits waits(0);
  waits.add(waiter(1, at({1, 2, 3})), at({0, 2, 0}), kNow);
  waits.on_fold(2, at({0, 2, 3}));
  EXPECT_TRUE(waits.take_covered().empty());
  waits.on_fold(0, at({1, 2, 3}));
  EXPECT_EQ(tickets_of(waits.take_covered()), Tickets{1}) << "what the fold had reached meanwhile is not waited for";

  waits.add(waiter(2, at({1, 2})), at({0, 0}), kNow);
  waits.on_fold(0, at({1, 0}));
  EXPECT_TRUE(waits.take_covered().empty()) << "it goes on waiting behind the next one";
  waits.on_fold(1, at({1, 2}));
  EXPECT_EQ(tickets_of(waits.take_covered()), Tickets{2});
}

TEST(TokenWaits, GiveUpWhoseTimeIsOverHoweverMany) {
  constexpr Ticket kMany = 50'000;
  TokenWaits waits(0);
  for (Ticket ticket = 1; ticket <= kMany; ++ticket) waits.add(waiter(ticket, at({7, 9})), at({0, 0}), kNow);
  waits.add(waiter(kMany + 1, at({7}), 3s), at({0, 0}), kNow);
  EXPECT_TRUE(waits.take_late(kNow + 1999ms).empty());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(waits.take_late(kNow + 2s).size(), kMany);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  waits.on_fold(0, at({7, 9}));
  EXPECT_EQ(tickets_of(waits.take_covered()), Tickets{kMany + 1}) << "nobody is covered who gave up";
}

TEST(TokenWaits, HaveRoomForNoMoreThanMayWait) {
  TokenWaits waits(2);
  waits.add(waiter(1, at({3})), at({1}), kNow);
  EXPECT_TRUE(waits.has_room());
  waits.add(waiter(2, at({2})), at({1}), kNow);
  EXPECT_FALSE(waits.has_room());
  waits.on_fold(0, at({2}));
  EXPECT_TRUE(waits.has_room());
}

TEST(TokenWaits, GiveBackEverybodyAtTheEnd) {
  TokenWaits waits(0);
  waits.add(waiter(1, at({3})), at({1}), kNow);
  waits.add(waiter(2, at({2})), at({1}), kNow);
  waits.on_fold(0, at({2}));
  EXPECT_EQ(tickets_of(waits.take_all()), (Tickets{2, 1})) << "also whom the fold has covered and nobody has taken";
  EXPECT_EQ(waits.size(), 0U);
}

}  // namespace
}  // namespace taskstream::command
