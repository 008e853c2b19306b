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

Expectation at(std::int64_t version) {
  return {.kind = Expectation::Kind::OneOf, .versions = {{version}}};
}
const Expectation kAny{.kind = Expectation::Kind::Any};
const Expectation kAbsent{.kind = Expectation::Kind::Absent};

// What the next item expects that expects the previous version: that one; and where others' changes are hidden below
// it, the version that was seen, and what the batch has made since.
std::vector<std::int64_t> previous(const BatchChain& chain) {
  const Expectation expected = chain.next()->previous.value();
  std::vector<std::int64_t> told = {expected.versions.at(0).value};
  if (!expected.unseen) return told;
  told.push_back(expected.unseen->seen.value);
  for (const auto version : expected.unseen->own) told.push_back(version.value);
  return told;
}

// An item that expects the previous version, and has made this one.
void follow(BatchChain& chain, std::int64_t made) {
  const Expectation expected = chain.next()->previous.value();
  chain.answered(expected, success(made, {{made}}));
}

std::vector<std::size_t> places(BatchChain chain) {
  std::vector<std::size_t> places;
  while (const auto item = chain.next()) {
    places.push_back(item->place);
    chain.answered(at(1), success(1, std::nullopt));
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
  EXPECT_FALSE(chain.next()->previous);
  chain.answered(at(6), success(7, {{7}}));
  EXPECT_THAT(previous(chain), ElementsAre(7));
  chain.answered(at(7), success(12, {{8}}));  // replayed: others have changed the task since
  EXPECT_THAT(previous(chain), ElementsAre(8));
  chain.answered(at(9), success(9, std::nullopt));  // it changed nothing
  EXPECT_THAT(previous(chain), ElementsAre(9));
}

// ---- what the sender has not seen of the previous version

TEST(BatchChain, KeepsWhatWasSeenWhereAnItemWasMerged) {
  BatchChain chain({0, 1, 2, 3});
  chain.answered(at(5), success(9, {{9}}));  // others made 6, 7 and 8
  EXPECT_THAT(previous(chain), ElementsAre(9, 5, 9));
  follow(chain, 10);
  EXPECT_THAT(previous(chain), ElementsAre(10, 5, 9, 10));
  follow(chain, 12);  // merged again
  EXPECT_THAT(previous(chain), ElementsAre(12, 5, 9, 10, 12));
}

TEST(BatchChain, KeepsWhatWasSeenWhereAnItemFoundItsChangeMadeByOthers) {
  BatchChain chain({0, 1});
  chain.answered(at(5), success(7, std::nullopt));
  EXPECT_THAT(previous(chain), ElementsAre(7, 5));
}

TEST(BatchChain, KeepsWhatWasSeenWhereAMergedItemIsReplayed) {
  BatchChain chain({0, 1});
  chain.answered(at(5), success(20, {{9}}));
  EXPECT_THAT(previous(chain), ElementsAre(9, 5, 9));
}

TEST(BatchChain, CountsAsSeenWhatTheBatchHasMadeItself) {
  BatchChain chain({0, 1, 2, 3, 4});
  chain.answered(kAbsent, success(1, {{1}}));
  EXPECT_THAT(previous(chain), ElementsAre(1));
  follow(chain, 2);
  EXPECT_THAT(previous(chain), ElementsAre(2));
  chain.answered(at(1), success(3, {{3}}));  // merged with the batch's own change alone
  EXPECT_THAT(previous(chain), ElementsAre(3));
  chain.answered(kAny, success(4, {{4}}));
  EXPECT_THAT(previous(chain), ElementsAre(4));
}

TEST(BatchChain, TakesTheSendersWordForWhatTheyHaveSeen) {
  BatchChain chain({0, 1, 2, 3});
  chain.answered(at(5), success(9, {{9}}));
  chain.answered(at(9), success(10, {{10}}));
  EXPECT_THAT(previous(chain), ElementsAre(10));
  chain.answered(at(5), success(11, {{11}}));  // an older one is taken at its word as well
  EXPECT_THAT(previous(chain), ElementsAre(11, 5, 11));
}

TEST(BatchChain, BeginsWithWhatWasMadeWhereTheSenderNamesNoVersion) {
  for (const Expectation& expectation : {kAny, Expectation()}) {
    BatchChain chain({0, 1});
    chain.answered(expectation, success(9, {{9}}));
    EXPECT_THAT(previous(chain), ElementsAre(9));
  }
}

TEST(BatchChain, GoesBackToTheVersionThatIsNamedAfterOneThatWasNot) {
  BatchChain chain({0, 1, 2});
  chain.answered(kAny, success(9, {{9}}));
  chain.answered(at(5), success(10, {{10}}));
  EXPECT_THAT(previous(chain), ElementsAre(10, 5, 10));
  BatchChain alone({0, 1, 2});
  alone.answered(kAny, success(6, {{6}}));
  alone.answered(at(5), success(7, {{7}}));
  EXPECT_THAT(previous(alone), ElementsAre(7)) << "nobody else took part";
}

// It may have overwritten what others wrote, or added to it: nobody can tell it from theirs any more.
TEST(BatchChain, DoesNotCountAsItsOwnWhatNamesNoVersionAndPassesOverOthersChanges) {
  BatchChain chain({0, 1, 2, 3});
  chain.answered(at(5), success(6, {{6}}));
  chain.answered(kAny, success(8, {{8}}));
  EXPECT_THAT(previous(chain), ElementsAre(8, 6));
  follow(chain, 9);
  EXPECT_THAT(previous(chain), ElementsAre(9, 6, 9));
}

TEST(BatchChain, HasSeenNothingBeyondAVersionThatIsReplayedOutOfOrder) {
  BatchChain chain({0, 1, 2});
  chain.answered(kAny, success(9, {{8}}));
  chain.answered(kAny, success(9, {{7}}));
  EXPECT_THAT(previous(chain), ElementsAre(7));
}

TEST(BatchChain, EndsWithAnItemThatDoesNotSucceed) {
  for (const Result& failure : {Result(TaskIsMissing()), Result(Contended()), Result(OutcomeUnknown())}) {
    BatchChain chain({4, 5, 6});
    EXPECT_THAT(chain.skipped(), IsEmpty());
    chain.answered(at(0), success(1, {{1}}));
    chain.answered(at(1), failure);
    EXPECT_FALSE(chain.next());
    EXPECT_THAT(chain.skipped(), ElementsAre(6));
  }
}

TEST(BatchChain, SkipsNothingWhenAllIsDone) {
  BatchChain chain({0});
  chain.answered(at(0), success(1, {{1}}));
  EXPECT_FALSE(chain.next());
  EXPECT_THAT(chain.skipped(), IsEmpty());
}

}  // namespace
}  // namespace taskstream::command
