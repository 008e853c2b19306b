#include <gtest/gtest.h>

#include <memory>

#include "command-service/state/memory_state_store.hpp"
#include "command-service/state/sqlite_state_store.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/state/rows.hpp"

namespace taskstream::command {
namespace {

struct Twin {
  std::string name;
  std::function<std::unique_ptr<StateStore>(const std::string& folder)> make;
};

class EveryStateStore : public testing::TestWithParam<Twin> {
 protected:
  bool remembers(std::int64_t version) {
    return store->find_command(kStream, "ann", "key-" + std::to_string(version)).has_value();
  }
  void commit_commands(std::int64_t from, std::int64_t to, std::chrono::microseconds apart) {
    StateChange change{.checkpoint = folded_to(to)};
    for (std::int64_t version = from; version <= to; ++version) {
      change.commands.push_back(command_of(kStream, version, kStart + version * apart));
    }
    store->commit(change);
  }

  tests::ScratchFolder folder;
  std::unique_ptr<StateStore> store = GetParam().make(folder.path());
};

TEST_P(EveryStateStore, BeginsEmpty) {
  EXPECT_EQ(store->checkpoint().size(), 0);
  EXPECT_EQ(store->find(kStream), std::nullopt);
  EXPECT_EQ(store->find_command(kStream, "ann", "key-1"), std::nullopt);
  EXPECT_TRUE(store->concerns_after({}, 10).empty());
}

TEST_P(EveryStateStore, GivesBackTheNewestRowAndTheCheckpoint) {
  const std::string bytes("\0bytes\xff", 7);
  store->commit({.rows = {{.stream = kStream, .entry = "old"}}, .checkpoint = folded_to(3)});
  store->commit({.rows = {{.stream = kStream, .entry = bytes}, {.stream = kOther, .entry = ""}},
                 .checkpoint = events::Checkpoint({{}, {.next = 9, .last_offset = 7, .last_id = "x"}})});
  EXPECT_EQ(store->find(kStream), bytes);
  EXPECT_EQ(store->find(kOther), "");
  EXPECT_EQ(store->checkpoint().at(1), (events::PartitionCheckpoint{.next = 9, .last_offset = 7, .last_id = "x"}));
}

TEST_P(EveryStateStore, FindsACommandByStreamActorAndKey) {
  const CommandRow row = command_of(kStream, 4, kStart);
  store->commit({.commands = {row}, .checkpoint = folded_to(1)});
  EXPECT_EQ(store->find_command(kStream, "ann", "key-4"), row.command);
  EXPECT_EQ(store->find_command(kStream, "ben", "key-4"), std::nullopt);
  EXPECT_EQ(store->find_command(kStream, "ann", "key-5"), std::nullopt);
  EXPECT_EQ(store->find_command(kOther, "ann", "key-4"), std::nullopt);
}

TEST_P(EveryStateStore, FindsTheFirstOfTwoCommandsWithOneKey) {
  CommandRow second = command_of(kStream, 5, kStart);
  second.command.key = "key-4";
  store->commit({.commands = {command_of(kStream, 4, kStart), second}, .checkpoint = folded_to(1)});
  EXPECT_EQ(store->find_command(kStream, "ann", "key-4")->version, events::StreamVersion{4});
}

TEST_P(EveryStateStore, TellsWhatConcernsAUserInOrderAndInPages) {
  const Concern first{kAnn, "task/one"}, second{kAnn, "task/two"}, third{kBen, "email/x"};
  store->commit({.rows = {{.stream = *events::StreamId::parse("email/x"), .entry = "e", .concerned = kBen},
                          {.stream = kOther, .entry = "e", .concerned = kAnn},
                          {.stream = kStream, .entry = "e", .concerned = kAnn}},
                 .checkpoint = folded_to(3)});
  EXPECT_EQ(store->concerns_after({}, 2), (std::vector{first, second}));
  EXPECT_EQ(store->concerns_after(second, 2), (std::vector{third}));
  store->commit({.rows = {{.stream = kStream, .entry = "e"}, {.stream = kOther, .entry = "e", .concerned = kBen}},
                 .checkpoint = folded_to(4)});
  EXPECT_EQ(store->concerns_after({}, 9), (std::vector{third, Concern{kBen, "task/two"}}));
}

// ---- how long commands are remembered

TEST_P(EveryStateStore, RemembersTheLastThousandCommandsHoweverOld) {
  commit_commands(2, 1'002, 24h);
  EXPECT_FALSE(remembers(2));
  EXPECT_TRUE(remembers(3));
  commit_commands(1'003, 1'003, 24h);
  EXPECT_FALSE(remembers(3));
  EXPECT_TRUE(remembers(4));
}

TEST_P(EveryStateStore, RemembersSevenDaysOfCommandsHoweverMany) {
  // The newest is version 3,001; exactly seven days before it, version 985.
  commit_commands(2, 3'001, 5min);
  EXPECT_TRUE(remembers(985));
  EXPECT_FALSE(remembers(984));
}

TEST_P(EveryStateStore, RemembersForEverWhatCreatedAStream) {
  commit_commands(1, 2'000, 24h);
  EXPECT_TRUE(remembers(1));
  EXPECT_FALSE(remembers(2));
}

std::unique_ptr<StateStore> make_memory(const std::string&) {
  return std::make_unique<MemoryStateStore>();
}
std::unique_ptr<StateStore> make_sqlite(const std::string& folder) {
  return std::make_unique<SqliteStateStore>(folder + "/state.db", log_of('a'), kFormat);
}

INSTANTIATE_TEST_SUITE_P(Twins, EveryStateStore,
                         testing::Values(Twin{"Memory", make_memory}, Twin{"Sqlite", make_sqlite}),
                         [](const auto& twin) { return twin.param.name; });

TEST(MemoryStateStore, LosesItsLastCommits) {
  MemoryStateStore store;
  store.commit({.rows = {{.stream = kStream, .entry = "1", .concerned = kAnn}}, .checkpoint = folded_to(1)});
  store.commit({.rows = {{.stream = kStream, .entry = "2", .concerned = kBen}},
                .commands = {command_of(kStream, 2, kStart)},
                .checkpoint = folded_to(2)});
  store.lose(1);
  EXPECT_EQ(store.find(kStream), "1");
  EXPECT_EQ(store.find_command(kStream, "ann", "key-2"), std::nullopt);
  EXPECT_EQ(store.concerns_after({}, 9), (std::vector{Concern{kAnn, "task/one"}}));
  EXPECT_EQ(store.checkpoint().at(0).next, 1);
}

}  // namespace
}  // namespace taskstream::command
