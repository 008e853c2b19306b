#include <gtest/gtest.h>

#include <fstream>

#include "command-service/state/sqlite_state_store.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/state/rows.hpp"

namespace taskstream::command {
namespace {

class StateFileTest : public testing::Test {
 protected:
  void make(char log = 'a') {
    SqliteStateStore(path, log_of(log), kFormat)
        .commit({.rows = {{.stream = kStream, .entry = "entry"}}, .checkpoint = folded_to(7)});
  }
  std::string why_refused(char log = 'a') {
    try {
      SqliteStateStore(path, log_of(log), kFormat);
    } catch (const StateRefused& refused) {
      return refused.what();
    }
    return "it was not";
  }
  std::vector<std::string> set_aside() {
    std::vector<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      const std::string name = file.path().filename();
      if (name.starts_with("state.db.damaged-") || name.starts_with("state.db.outdated-")) found.push_back(name);
    }
    return found;
  }
  void expect_begun_anew(const std::string& format = kFormat) {
    SqliteStateStore store(path, log_of('a'), format);
    EXPECT_EQ(store.find(kStream), std::nullopt);
    EXPECT_EQ(store.checkpoint().size(), 0);
    EXPECT_FALSE(set_aside().empty());
  }

  tests::ScratchFolder folder;
  std::string path = folder.path() + "/state.db";
};

TEST_F(StateFileTest, IsThereAgainAtTheNextStart) {
  make();
  SqliteStateStore store(path, log_of('a'), kFormat);
  EXPECT_EQ(store.find(kStream), "entry");
  EXPECT_EQ(store.checkpoint().at(0), folded_to(7).at(0));
  EXPECT_TRUE(set_aside().empty());
}

TEST_F(StateFileTest, OfAnotherLogIsRefusedAndLeftAsItIs) {
  make('a');
  EXPECT_NE(why_refused('b').find("--state"), std::string::npos) << why_refused('b');
  EXPECT_EQ(SqliteStateStore(path, log_of('a'), kFormat).find(kStream), "entry");
}

TEST_F(StateFileTest, IsUsedByOneProcessAtATime) {
  const SqliteStateStore first(path, log_of('a'), kFormat);
  EXPECT_TRUE(why_refused().starts_with("Another process uses the state file")) << why_refused();
}

TEST_F(StateFileTest, OfAnotherProgramIsRefused) {
  sqlite::Database(path, sqlite::Database::Mode::ReadWrite).execute("CREATE TABLE t (x)");
  EXPECT_NE(why_refused().find("something else"), std::string::npos) << why_refused();
}

TEST_F(StateFileTest, ThatIsNoDatabaseIsSetAside) {
  std::ofstream(path) << std::string(8'192, 'x');
  expect_begun_anew();
}

TEST_F(StateFileTest, ThatCannotBeSetAsideIsRefused) {
  path = folder.path() + "/" + std::string(240, 's');  // no name is as long as this and what is added
  std::ofstream(path) << std::string(8'192, 'x');
  EXPECT_NE(why_refused().find("cannot be renamed"), std::string::npos) << why_refused();
}

TEST_F(StateFileTest, WithDamagedPagesIsSetAside) {
  {
    SqliteStateStore store(path, log_of('a'), kFormat);
    StateChange change{.checkpoint = folded_to(1)};
    for (int i = 0; i < 1'000; ++i) {
      change.rows.push_back(
          {.stream = *events::StreamId::parse("task/" + std::to_string(i)), .entry = std::string(200, 'e')});
    }
    store.commit(change);
  }
  sqlite::Database(path, sqlite::Database::Mode::ReadWrite).checkpoint();
  std::filesystem::remove(path + "-wal");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20 * 4'096);
  file << std::string(16 * 4'096, '\xee');
  file.close();
  expect_begun_anew();
}

TEST_F(StateFileTest, OfAnotherFormatIsSetAside) {
  make();
  expect_begun_anew("2");
}

TEST_F(StateFileTest, FoundDamagedInUseIsMadeAnewAtTheNextStart) {
  make();
  SqliteStateStore(path, log_of('a'), kFormat).set_aside("an entry cannot be read");
  expect_begun_anew();
}

}  // namespace
}  // namespace taskstream::command
