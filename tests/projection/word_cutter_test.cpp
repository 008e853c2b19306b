#include "projection-service/readmodel/word_cutter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string utf8(char32_t c) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
}

TEST(WordCutter, FoldsCaseAndDiacritics) {
  WordCutter cutter;
  EXPECT_THAT(cutter.cut("Crème BRÛLÉE"), ElementsAre("brulee", "creme"));
  EXPECT_THAT(cutter.cut("e\u0301te\u0301"), ElementsAre("ete"));
  EXPECT_THAT(cutter.cut("\u1eefa"), ElementsAre("ua"));  // two marks on one letter: remove_diacritics 2
}

TEST(WordCutter, CutsAtWhateverIsNeitherLetterNorDigit) {
  WordCutter cutter;
  EXPECT_THAT(cutter.cut("a-b_c\td\"e*f:g(h)^i+j{k}"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"));
  EXPECT_THAT(cutter.cut("日本 v2.0"), ElementsAre("0", "v2", "日本"));
  EXPECT_THAT(cutter.cut(""), IsEmpty());
  EXPECT_THAT(cutter.cut(" \"*\" :-( "), IsEmpty());
}

TEST(WordCutter, LeavesOutWhatOtherWordsBeginWith) {
  WordCutter cutter;
  EXPECT_THAT(cutter.cut("a guide guides a Guide gu b"), ElementsAre("a", "b", "guides"));
}

TEST(WordCutter, MakesWordsThatTheIndexTakesForOneWordEach) {
  // Cut again, a word is itself: quoted, it can never be read as several, nor as none.
  WordCutter cutter;
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    for (const std::string& word : cutter.cut("x" + utf8(c) + "y" + utf8(c))) {
      ASSERT_THAT(cutter.cut(word), ElementsAre(word)) << "U+" << std::hex << static_cast<std::uint32_t>(c);
    }
  }
}

class FullText : public ::testing::Test {
 protected:
  void write(std::uint8_t number, std::int64_t version, events::Event event) {
    model_.append(recorded(task_id(number), version, std::move(event), number));
    model_.deliver();
  }
  // How many tasks are found.
  std::int64_t found(const std::string& text) {
    TaskQueries queries = model_.queries();
    const auto page = queries.list_tasks({.filter = {.words = WordCutter().cut(text)}, .with_total = true});
    return *page.total;
  }

  ReadModel model_;
};

TEST_F(FullText, FindsEveryWordOfTitleDescriptionAndTagsByItsBeginning) {
  write(1, 1, events::TaskCreated{.title = "Write the guide", .description = "für Köche", .tags = {"docs", "Été"}});
  EXPECT_EQ(found("WRI gui"), 1);
  EXPECT_EQ(found("fur koch doc ete"), 1);
  EXPECT_EQ(found("rite"), 0);
  EXPECT_EQ(found("write missing"), 0);
}

TEST_F(FullText, TakesOperatorsForWords) {
  write(1, 1, events::TaskCreated{.title = "cats and dogs"});
  write(2, 1, events::TaskCreated{.title = "cats"});
  EXPECT_EQ(found("cats AND dogs"), 1);
  EXPECT_EQ(found("cats OR dogs"), 0);
  EXPECT_EQ(found("cats NOT dogs"), 0);
  EXPECT_EQ(found("NEAR(cats dogs)"), 0);
  EXPECT_EQ(found("words:cats"), 0);
  EXPECT_EQ(found("-cats"), 2);
  EXPECT_EQ(found("\"dogs cats\""), 1);
  EXPECT_EQ(found("ca*ts"), 0);
  EXPECT_EQ(found("{cats} ^cats + \"cats"), 2);
}

TEST_F(FullText, FollowsEveryChangeOfTheText) {
  write(1, 1, events::TaskCreated{.title = "old title", .tags = {"red"}});
  write(1, 2, events::TaskEdited{.changes = {.title = "new title"}});
  EXPECT_EQ(found("old"), 0);
  EXPECT_EQ(found("new title"), 1);
  write(1, 3, events::TaskEdited{.changes = {.description = std::optional<std::string>("long"), .tags = {{"blue"}}}});
  EXPECT_EQ(found("red"), 0);
  EXPECT_EQ(found("new blue long"), 1);
  write(1, 4, events::TaskDeleted{});
  EXPECT_EQ(found("new"), 0);
  EXPECT_EQ(model_.number("SELECT count(*) FROM task_words WHERE task_words MATCH 'title'"), 0);
}

TEST_F(FullText, KeepsNothingOfATaskThatWasMadeAndDeletedInOneBatch) {
  model_.append(recorded(task_id(1), 1, events::TaskCreated{.title = "brief"}));
  model_.append(recorded(task_id(1), 2, events::TaskEdited{.changes = {.title = "briefer"}}));
  model_.append(recorded(task_id(1), 3, events::TaskDeleted{}));
  model_.deliver();
  EXPECT_TRUE(model_.failures.empty());
  EXPECT_EQ(model_.number("SELECT count(*) FROM task_words WHERE task_words MATCH 'brief*'"), 0);
}

}  // namespace
}  // namespace taskstream::projection::testing
