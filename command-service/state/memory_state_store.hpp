#pragma once

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "command-service/state/state_store.hpp"

namespace taskstream::command {

// The twin in memory, for tests and the simulation. It outlives the process that it stands for, and can lose the last
// commits, as a machine does that loses its power.
class MemoryStateStore final : public StateStore {
 public:
  events::Checkpoint checkpoint() override { return checkpoint_; }
  std::optional<std::string> find(const events::StreamId& stream) override;
  std::optional<RememberedCommand> find_command(const events::StreamId& stream, std::string_view actor,
                                                std::string_view key) override;
  std::vector<Concern> concerns_after(const Concern& after, std::size_t at_most) override;
  void commit(const StateChange& change) override;
  void set_aside(const std::string&) override { lose(commits()); }

  std::size_t commits() const { return changes_.size(); }
  // Back to what was there before the last `count` commits.
  void lose(std::size_t count);

 private:
  struct Stream {
    std::string entry;
    std::optional<events::UserId> concerned;
    std::map<events::StreamVersion, RememberedCommand> commands;
  };

  void apply(const StateChange& change);
  static void forget_old(std::map<events::StreamVersion, RememberedCommand>& commands);

  std::vector<StateChange> changes_;
  std::unordered_map<events::StreamId, Stream> streams_;
  std::set<Concern> concerns_;
  events::Checkpoint checkpoint_;
};

}  // namespace taskstream::command
