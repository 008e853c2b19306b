#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

// One replica over a store, which saves when the test says so.
class ReplicaState : public testing::Test {
 protected:
  explicit ReplicaState() { start(); }

  void start() {
    replica.emplace(
        ReplicaOptions{.source = "/test", .memory_bytes = 64'000, .random = [] { return events::Uuid::Bytes{}; }},
        store);
    under_way.reset();
  }
  void read(const std::string& stream, std::int64_t version) {
    events::Record record{.key = stream,
                          .headers = {{"ce_id", id_of(offset)},
                                      {"ce_type", "no.such.type"},
                                      {"ce_streamversion", std::to_string(version)}},
                          .value = std::string(100, 'x')};
    replica->on_records({{.position = {.partition = 0, .offset = offset++}, .record = std::move(record)}}, now);
    collect();
  }
  void read_many(int count) {
    for (int i = 0; i < count; ++i) read("task/" + std::to_string(offset), 1);
  }
  void let_pass(std::chrono::milliseconds time) {
    now.steady += time;
    replica->on_tick(now);
    collect();
  }
  void commit() {
    store.commit(*under_way);
    under_way.reset();
    replica->on_saved(now);
    collect();
  }
  void collect() {
    for (Effect& effect : replica->take_effects()) {
      if (auto* persist = std::get_if<Persist>(&effect)) {
        EXPECT_FALSE(under_way) << "one change at a time";
        under_way = std::move(persist->change);
      }
    }
  }
  static std::string id_of(events::Offset at) { return events::make_uuid_v7(at, {}).to_string(); }

  MemoryStateStore store;
  std::optional<Replica> replica;
  std::optional<StateChange> under_way;
  Now now{.steady = SteadyTime(1h), .wall = events::Instant(1'700'000'000s)};
  events::Offset offset = 0;
};

TEST_F(ReplicaState, IsSavedAWhileAfterAChange) {
  read("task/a", 1);
  let_pass(299ms);
  EXPECT_FALSE(under_way);
  let_pass(1ms);
  ASSERT_TRUE(under_way);
  EXPECT_EQ(under_way->rows.size(), 1U);
  EXPECT_EQ(under_way->checkpoint.at(0),
            (events::PartitionCheckpoint{.next = 1, .last_offset = 0, .last_id = id_of(0)}));
  commit();
  let_pass(10s);
  EXPECT_FALSE(under_way) << "nothing has changed";
}

TEST_F(ReplicaState, IsSavedOneChangeAfterTheOther) {
  read("task/a", 1);
  let_pass(1s);
  read("task/b", 1);
  let_pass(1s);
  EXPECT_EQ(under_way->rows.size(), 1U);
  commit();
  ASSERT_TRUE(under_way);
  EXPECT_EQ(under_way->checkpoint.at(0).next, 2);
}

TEST_F(ReplicaState, IsSavedAtOnceWhereMuchHasChanged) {
  read_many(50);
  EXPECT_TRUE(under_way);
}

TEST_F(ReplicaState, IsFullWhileTheStoreDoesNotFollow) {
  read_many(20);
  EXPECT_FALSE(replica->is_full());
  read_many(60);
  ASSERT_TRUE(replica->is_full());
  commit();
  EXPECT_FALSE(replica->is_full());
}

TEST_F(ReplicaState, SavesThePositionWhereNothingElseHasChanged) {
  read("task/a", 7);
  let_pass(300ms);
  ASSERT_TRUE(under_way);
  EXPECT_TRUE(under_way->rows.empty());
  EXPECT_EQ(under_way->checkpoint.at(0).next, 1);
}

// The log may lose them and give their offsets to others, and a start would not see it.
TEST_F(ReplicaState, DoesNotSaveThatItHasPassedOffsetsThatCarryNothing) {
  read("task/a", 1);
  replica->on_partition_end({.partition = 0, .offset = 9}, now);
  let_pass(300ms);
  ASSERT_TRUE(under_way);
  EXPECT_EQ(under_way->checkpoint.at(0).next, 1);
}

TEST_F(ReplicaState, IsSavedAtOnceWhenTheEndIsNear) {
  read("task/a", 1);
  EXPECT_FALSE(replica->is_all_saved());
  replica->on_stopping(now);
  collect();
  ASSERT_TRUE(under_way);
  EXPECT_FALSE(replica->is_all_saved());
  commit();
  EXPECT_TRUE(replica->is_all_saved());
}

TEST_F(ReplicaState, GoesOnWhereTheStoreIs) {
  read("task/a", 1);
  let_pass(1s);
  commit();
  read("task/a", 2);
  start();
  EXPECT_EQ(replica->fold().next(0), 1);
  offset = 1;
  read("task/a", 2);
  read("task/a", 2);
  read("task/a", 3);
  replica->on_stopping(now);
  collect();
  EXPECT_EQ(under_way->checkpoint.at(0).next, 4);
  EXPECT_EQ(read_entry(under_way->rows.at(0).entry).stream.version, StreamVersion{3});
}

TEST_F(ReplicaState, IsNotSavedOnceTheLogIsDamaged) {
  read("task/a", 1);
  replica->on_damage("made anew");
  let_pass(1s);
  EXPECT_FALSE(under_way);
}

}  // namespace
}  // namespace taskstream::command
