#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "command-service/state/concern.hpp"
#include "command-service/state/remembered_command.hpp"
#include "events/log/checkpoint.hpp"

// Where the command side keeps what it has folded, so that it need not read the whole log again, nor hold all of it in
// memory. A cache: whoever loses it reads the log from the beginning.
namespace taskstream::command {

// One stream. What the entry's bytes mean is the core's business.
struct StateRow {
  events::StreamId stream;
  std::string entry;
  std::optional<events::UserId> concerned;
};

struct CommandRow {
  events::StreamId stream;
  RememberedCommand command;
};

// One transaction: the rows that have changed, together with the position that they were folded up to. Each stream is
// there once at most, and its commands in the order of their versions.
struct StateChange {
  std::vector<StateRow> rows;
  std::vector<CommandRow> commands;
  events::Checkpoint checkpoint;
};

// Reads come from one thread, the core's. A commit may run on another meanwhile; a read that begins after it has ended
// sees it. Whatever goes wrong is thrown; StateDamaged says that only a new store will help.
class StateStore {
 public:
  virtual ~StateStore() = default;

  // How far the log is folded in what is committed.
  virtual events::Checkpoint checkpoint() = 0;
  virtual std::optional<std::string> find(const events::StreamId& stream) = 0;
  virtual std::optional<RememberedCommand> find_command(const events::StreamId& stream, std::string_view actor,
                                                        std::string_view key) = 0;
  // The first ones behind `after`, in order.
  virtual std::vector<Concern> concerns_after(const Concern& after, std::size_t at_most) = 0;

  // All of it or nothing. Forgets the commands that need not be remembered any longer.
  virtual void commit(const StateChange& change) = 0;

  // It turned out to be damaged: the next start begins with an empty one. Nothing else may be called after this.
  virtual void set_aside(const std::string& why) = 0;
};

// What the store holds cannot be read.
class StateDamaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace taskstream::command
