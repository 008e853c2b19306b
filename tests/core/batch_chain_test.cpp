#include "command-service/core/batch_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>


namespace taskstream::command {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const events::StreamId kOne = *events::StreamId::parse("task/1");
const events::StreamId kOther = *events::StreamId::parse("task/2");

Succeeded success(std::int64_t state_version, std::optional<events::StreamVersion> made) {
  return {.state = events::TaskState{.version = {state_version}}, .event_version = made};
}

std::vector<std::size_t> places(BatchChain chain) {
  std::vector<std::size_t> places;
  while (const auto item = chain.next()) {
    places.push_back(item->place);
    chain.answered(success(1, std::nullopt));
  }
  return places;
}

TEST(BatchChain, HoldsTheItemsOfOneStreamInTheirOrder) {
  const auto chains = chains_of({kOne, kOther, kOne, kOne});
  ASSERT_EQ(chains.size(), 2U);
  EXPECT_THAT(places(chains[0]), ElementsAre(0, 2, 3));
  EXPECT_THAT(places(chains[1]), ElementsAre(1));
}

TEST(BatchChain, HandsOnTheVersionThatTheItemBeforeHasMade) {
  BatchChain chain({0, 1, 2, 3});
  EXPECT_EQ(chain.next()->previous, std::nullopt);
  chain.answered(success(7, {{7}}));
  EXPECT_EQ(chain.next()->previous, events::StreamVersion{7});
  chain.answered(success(12, {{8}}));  // replayed: others have changed the task since
  EXPECT_EQ(chain.next()->previous, events::StreamVersion{8});
  chain.answered(success(9, std::nullopt));  // it changed nothing
  EXPECT_EQ(chain.next()->previous, events::StreamVersion{9});
}

TEST(BatchChain, EndsWithAnItemThatDoesNotSucceed) {
  for (const Result& failure : {Result(TaskIsMissing()), Result(Contended()), Result(OutcomeUnknown())}) {
    BatchChain chain({4, 5, 6});
    EXPECT_THAT(chain.skipped(), IsEmpty());
    chain.answered(success(1, {{1}}));
    chain.answered(failure);
    EXPECT_FALSE(chain.next());
    EXPECT_THAT(chain.skipped(), ElementsAre(6));
  }
}

TEST(BatchChain, SkipsNothingWhenAllIsDone) {
  BatchChain chain({0});
  chain.answered(success(1, {{1}}));
  EXPECT_FALSE(chain.next());
  EXPECT_THAT(chain.skipped(), IsEmpty());
}

}  // namespace
}  // namespace taskstream::command
