#include "command-service/runtime/state_writer.hpp"

#include <gtest/gtest.h>

#include <future>

#include "command-service/state/memory_state_store.hpp"
#include "tests/state/rows.hpp"

namespace taskstream::command {
namespace {

// A disk that is full, or broken.
class FailingStore final : public StateStore {
 public:
  events::Checkpoint checkpoint() override { return memory.checkpoint(); }
  std::optional<std::string> find(const events::StreamId& stream) override { return memory.find(stream); }
  std::optional<RememberedCommand> find_command(const events::StreamId& stream, std::string_view actor,
                                                std::string_view key) override {
    return memory.find_command(stream, actor, key);
  }
  std::vector<Concern> concerns_after(const Concern& after, std::size_t at_most) override {
    return memory.concerns_after(after, at_most);
  }
  void commit(const StateChange& change) override {
    tried.set_value();
    tried = {};
    if (is_damaged) throw StateDamaged("damaged");
    if (failures-- > 0) throw std::runtime_error("the disk is full");
    memory.commit(change);
  }
  void set_aside(const std::string& why) override { memory.set_aside(why); }

  MemoryStateStore memory;
  int failures = 0;
  bool is_damaged = false;
  std::promise<void> tried;
};

class StateWriterTest : public testing::Test {
 protected:
  std::optional<std::string> outcome() { return done.get_future().get(); }

  FailingStore store;
  std::promise<std::optional<std::string>> done;
  std::optional<StateWriter> writer{std::in_place, store,
                                    [this](std::optional<std::string> damage) { done.set_value(std::move(damage)); }};
  const StateChange change{.rows = {{.stream = kStream, .entry = "e"}}, .checkpoint = folded_to(1)};
};

TEST_F(StateWriterTest, TellsThatAChangeIsCommitted) {
  writer->save(change);
  EXPECT_EQ(outcome(), std::nullopt);
  EXPECT_EQ(store.memory.find(kStream), "e");
}

TEST_F(StateWriterTest, TriesAgainUntilThereIsRoom) {
  store.failures = 2;
  writer->save(change);
  EXPECT_EQ(outcome(), std::nullopt);
  EXPECT_EQ(store.memory.commits(), 1U);
}

TEST_F(StateWriterTest, TellsOfDamage) {
  store.is_damaged = true;
  writer->save(change);
  EXPECT_EQ(outcome(), "damaged");
}

TEST_F(StateWriterTest, EndsAlthoughTheDiskStaysFull) {
  store.failures = 1'000;
  auto tried = store.tried.get_future();
  writer->save(change);
  tried.wait();
  writer.reset();
  EXPECT_EQ(store.memory.commits(), 0U);
}

}  // namespace
}  // namespace taskstream::command
