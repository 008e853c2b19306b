#include "command-service/core/streams.hpp"

#include <gtest/gtest.h>

#include "command-service/state/memory_state_store.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::command {
namespace {

using events::StreamId;
using events::StreamVersion;

// Counts how often it is asked.
class CountingStore final : public StateStore {
 public:
  events::Checkpoint checkpoint() override { return memory.checkpoint(); }
  std::optional<std::string> find(const StreamId& stream) override {
    ++reads;
    return memory.find(stream);
  }
  std::optional<RememberedCommand> find_command(const StreamId& stream, std::string_view actor,
                                                std::string_view key) override {
    ++reads;
    return memory.find_command(stream, actor, key);
  }
  std::vector<Concern> concerns_after(const Concern& after, std::size_t at_most) override {
    return memory.concerns_after(after, at_most);
  }
  void commit(const StateChange& change) override { memory.commit(change); }
  void set_aside(const std::string& why) override { memory.set_aside(why); }

  MemoryStateStore memory;
  int reads = 0;
};

class StreamsTest : public testing::Test {
 protected:
  static StreamId stream(int number) { return StreamId::of(events::TaskId(events::make_uuid_v7(number, {}))); }
  void fold(int number, std::int64_t version, const std::optional<std::string>& key = {}) {
    auto recorded = version == 1 ? examples::recorded(examples::full_task(), 1, stream(number))
                                 : examples::recorded(events::TaskEdited{{.title = std::to_string(version)}}, version,
                                                      stream(number));
    recorded.context.command_id = key;
    if (key) recorded.context.command_hash = "hash";
    fold(recorded);
  }
  void unassign(int number, std::int64_t version) {
    fold(examples::recorded(events::TaskUnassigned{.previous_assignee_id = examples::kAnn}, version, stream(number)));
  }
  void fold(const events::RecordedEvent& recorded) {
    streams.fold({.position = {.partition = 0, .offset = offset++}, .record = events::to_record(recorded)});
  }
  StreamVersion version_of(int number) {
    const StreamEntry* entry = streams.find(stream(number));
    return entry != nullptr ? entry->stream.version : StreamVersion{0};
  }
  bool remembers(int number, const std::string& key) {
    const StreamEntry* entry = streams.find(stream(number), examples::kActor, key);
    return entry != nullptr && entry->commands.find(examples::kActor, key) != nullptr;
  }
  void take() { taken = streams.take_unsaved({}); }
  void commit() {
    store.commit(taken);
    streams.note_saved();
  }
  void save() {
    take();
    commit();
  }

  static constexpr std::size_t kBytes = 20'000;  // some twenty streams
  CountingStore store;
  Streams streams{1, store, kBytes};
  StateChange taken;
  events::Offset offset = 0;
};

TEST_F(StreamsTest, StayWithinTheirBoundAndComeBackFromTheStore) {
  for (int i = 0; i < 200; ++i) fold(i, 1);
  EXPECT_GT(streams.bytes(), kBytes);
  save();
  streams.shrink();
  EXPECT_LE(streams.bytes(), kBytes);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(version_of(i), StreamVersion{1});
  EXPECT_EQ(streams.unsaved_bytes(), 0U);
}

TEST_F(StreamsTest, KeepWhatWasUsedLast) {
  for (int i = 0; i < 200; ++i) fold(i, 1);
  save();
  version_of(0);
  streams.shrink();
  store.reads = 0;
  version_of(0);
  version_of(199);
  EXPECT_EQ(store.reads, 0);
  version_of(1);
  EXPECT_EQ(store.reads, 1);
}

TEST_F(StreamsTest, KeepInMemoryWhatIsNotSavedYet) {
  for (int i = 0; i < 200; ++i) fold(i, 1);
  streams.shrink();
  EXPECT_EQ(version_of(0), StreamVersion{1});
  take();
  streams.shrink();
  EXPECT_EQ(version_of(0), StreamVersion{1});
}

TEST_F(StreamsTest, KeepInMemoryWhatHasChangedWhileItWasSaved) {
  for (int i = 0; i < 200; ++i) fold(i, 1, "key-1");
  take();
  for (int i = 0; i < 200; ++i) fold(i, 2, "key-2");
  commit();
  streams.shrink();
  EXPECT_EQ(version_of(0), StreamVersion{2});
  EXPECT_TRUE(remembers(0, "key-2"));
  save();
  streams.shrink();
  EXPECT_EQ(version_of(0), StreamVersion{2});
  EXPECT_TRUE(remembers(0, "key-1") && remembers(0, "key-2"));
}

TEST_F(StreamsTest, AreSavedOnceForEachChange) {
  fold(1, 1);
  fold(1, 2);
  fold(2, 1, "key");
  take();
  EXPECT_EQ(taken.rows.size(), 2U);
  EXPECT_EQ(taken.rows.front().concerned, examples::kAnn);
  EXPECT_EQ(taken.commands.size(), 1U);
  commit();
  take();
  EXPECT_TRUE(taken.rows.empty() && taken.commands.empty());
}

TEST_F(StreamsTest, RememberCommandsThatOnlyTheStoreHas) {
  for (int version = 1; version <= 50; ++version) fold(1, version, "key-" + std::to_string(version));
  save();
  EXPECT_TRUE(remembers(1, "key-1") && remembers(1, "key-25") && remembers(1, "key-50"));
  EXPECT_FALSE(remembers(1, "key-51"));
}

TEST_F(StreamsTest, AskNothingOfTheStoreForAStreamThatHasAllItsCommandsInMemory) {
  fold(1, 1, "key");
  store.reads = 0;
  EXPECT_FALSE(remembers(1, "another"));
  EXPECT_EQ(store.reads, 0);
}

TEST_F(StreamsTest, TellWhatConcernsAUserWhetherItIsSavedOrNot) {
  const auto concerning = [this] {
    std::vector<StreamId> found;
    for (auto next = streams.concern_after({}); next; next = streams.concern_after(*next)) {
      EXPECT_EQ(next->user, examples::kAnn);
      found.push_back(*StreamId::parse(next->stream));
    }
    return found;
  };
  for (const int number : {1, 3}) fold(number, 1);
  EXPECT_EQ(concerning(), (std::vector{stream(1), stream(3)}));
  save();
  fold(2, 1);
  take();
  unassign(1, 2);
  EXPECT_EQ(concerning(), (std::vector{stream(2), stream(3)}));
  commit();
  unassign(2, 2);
  EXPECT_EQ(concerning(), (std::vector{stream(3)}));
  for (int i = 4; i < 60; ++i) fold(i, 1);
  save();
  for (int i = 4; i < 60; ++i) unassign(i, 2);
  EXPECT_EQ(concerning(), (std::vector{stream(3)}));
  save();
  EXPECT_EQ(concerning(), (std::vector{stream(3)}));
}

TEST_F(StreamsTest, AreNotMadeByARecordThatNobodyWaitsFor) {
  fold(1, 2);
  EXPECT_EQ(streams.bytes(), 0U);
}

}  // namespace
}  // namespace taskstream::command
