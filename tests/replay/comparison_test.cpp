#include "projection-service/readmodel/comparison.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

namespace taskstream::projection {
namespace {

// Two files with the same tables, which tests then change.
class Comparison : public ::testing::Test {
 protected:
  Comparison() {
    for (sqlite::Database* database : {&is_, &must_be_}) {
      database->execute(
          "CREATE TABLE streams (stream_no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER);"
          "CREATE TABLE tags (tag TEXT, stream_no INTEGER, PRIMARY KEY (tag, stream_no)) WITHOUT ROWID;"
          "CREATE TABLE loose (a, b);"
          "CREATE TABLE indexed (stream_no INTEGER, version INTEGER, item TEXT);"
          "CREATE UNIQUE INDEX indexed_by_version ON indexed (stream_no, version);"
          "CREATE VIRTUAL TABLE plain_words USING fts5 (title, content = '', columnsize = 0, detail = none);"
          "CREATE VIRTUAL TABLE words USING fts5 (title, content = '', tokenize = 'unicode61')");
    }
    // The same streams, met in another order.
    is_.execute("INSERT INTO streams VALUES (1, 'task/a', 7), (2, 'task/b', 8)");
    must_be_.execute("INSERT INTO streams VALUES (1, 'task/b', 8), (2, 'task/a', 7)");
  }
  ~Comparison() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> differences() {
    std::vector<std::string> found;
    compare(is_, must_be_,
            {.on_difference =
                 [&](const RowDifference& difference) {
                   constexpr const char* kKinds[] = {"missing ", "extra ", "differs "};
                   std::string text =
                       kKinds[static_cast<int>(difference.kind)] + difference.table + " " + difference.row;
                   if (!difference.column.empty()) {
                     text += " " + difference.column + " " + difference.value + "/" + difference.must_be;
                   }
                   found.push_back(std::move(text));
                 },
             .on_row = [] {},
             .is_cancelled = [this] { return cancelled_; }});
    return found;
  }

  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "comparison-XXXXXX").string();
    return mkdtemp(name.data());
  }

  const std::filesystem::path folder_ = make_folder();
  sqlite::Database is_{folder_ / "is.db", sqlite::Database::Mode::ReadWrite};
  sqlite::Database must_be_{folder_ / "must-be.db", sqlite::Database::Mode::ReadWrite};
  bool cancelled_ = false;
};

using Found = std::vector<std::string>;

TEST_F(Comparison, TellsStreamsByTheirKeys) {
  is_.execute("INSERT INTO tags VALUES ('docs', 1)");
  must_be_.execute("INSERT INTO tags VALUES ('docs', 2)");
  EXPECT_EQ(differences(), Found());
}

TEST_F(Comparison, FindsRowsOnEitherSide) {
  is_.execute("INSERT INTO tags VALUES ('docs', 1), ('only', 1)");
  must_be_.execute("INSERT INTO tags VALUES ('docs', 2), ('docs', 1)");
  EXPECT_EQ(differences(), (Found{"missing tags tag=docs stream=task/b", "extra tags tag=only stream=task/a"}));
}

TEST_F(Comparison, FindsValuesOfAnyType) {
  is_.execute(
      "UPDATE streams SET version = '7' WHERE key = 'task/a'; UPDATE streams SET version = x'08' WHERE key = 'task/b'");
  must_be_.execute("UPDATE streams SET version = NULL WHERE key = 'task/a'");
  EXPECT_EQ(differences(),
            (Found{"differs streams key=task/a version 7/NULL", "differs streams key=task/b version x'08'/8"}));
}

TEST_F(Comparison, CountsEqualRowsOfATableWithoutKey) {
  is_.execute("INSERT INTO loose VALUES (1, 2), (1, 2), (NULL, 'x')");
  must_be_.execute("INSERT INTO loose VALUES (NULL, 'x'), (1, 2)");
  EXPECT_EQ(differences(), Found{"extra loose a=1 b=2"});
}

TEST_F(Comparison, TellsRowsByAUniqueIndexWhereThereIsNoPrimaryKey) {
  is_.execute("INSERT INTO indexed VALUES (2, 1, 'b'), (1, 1, 'x')");
  must_be_.execute("INSERT INTO indexed VALUES (2, 1, 'a'), (1, 1, 'b')");
  EXPECT_EQ(differences(), Found{"differs indexed stream=task/a version=1 item x/a"});
}

TEST_F(Comparison, FindsTables) {
  is_.execute("CREATE TABLE planted (x)");
  must_be_.execute("CREATE TABLE wanted (x)");
  EXPECT_EQ(differences(), (Found{"extra planted ", "missing wanted "}));
}

TEST_F(Comparison, FindsWhatFullTextWouldFind) {
  is_.execute("INSERT INTO words (rowid, title) VALUES (1, 'Write the guide'), (2, 'another one')");
  must_be_.execute("INSERT INTO words (rowid, title) VALUES (1, 'another one'), (2, 'Write the GUIDE')");
  EXPECT_EQ(differences(), Found());
  is_.execute("INSERT INTO words (rowid, title) VALUES (1, 'planted')");
  EXPECT_EQ(differences(), Found{"extra words stream=task/a term=planted col=title offset=0"});
}

TEST_F(Comparison, FindsWordsOfWhichOnlyTheRowIsKept) {
  is_.execute("INSERT INTO plain_words (rowid, title) VALUES (1, 'Write the guide')");
  must_be_.execute("INSERT INTO plain_words (rowid, title) VALUES (2, 'Write a guide')");
  EXPECT_EQ(differences(), (Found{"missing plain_words stream=task/a term=a col=NULL offset=NULL",
                                  "extra plain_words stream=task/a term=the col=NULL offset=NULL"}));
  is_.execute("INSERT INTO plain_words (plain_words, rowid, title) VALUES ('delete', 1, 'Write the guide')");
  is_.execute("INSERT INTO plain_words (rowid, title) VALUES (1, 'write a guide')");
  EXPECT_EQ(differences(), Found());
}

TEST_F(Comparison, ShowsALongValueWhereItDiffers) {
  const std::string filler(1'000, 'x');
  is_.execute(("INSERT INTO tags VALUES ('" + filler + "', 1); UPDATE streams SET version = '" + filler +
               "1' WHERE key = 'task/a'")
                  .c_str());
  must_be_.execute(("INSERT INTO tags VALUES ('" + filler + "', 2); UPDATE streams SET version = '" + filler +
                    "2' WHERE key = 'task/a'")
                       .c_str());
  const Found found = differences();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(found[0].size(), 500U);
  EXPECT_NE(found[0].find("x1/"), std::string::npos);
  EXPECT_TRUE(found[0].ends_with("x2"));
}

TEST_F(Comparison, CanBeCancelledWithinAStatement) {
  is_.execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO loose SELECT i, i "
      "FROM n");
  cancelled_ = true;
  EXPECT_THROW(differences(), SQLite::Exception);
}

}  // namespace
}  // namespace taskstream::projection
