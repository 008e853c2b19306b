#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "command-service/state/remembered_command.hpp"

namespace taskstream::command {

// The idempotency keys of one stream, as far as they are in memory: those that the store does not have yet, and a few
// more. The store has all the others.
class RememberedCommands {
 public:
  // What is repeated was mostly sent a moment ago.
  static constexpr std::size_t kInMemory = 4;

  // A new one, which the store does not have.
  void remember(RememberedCommand command);
  // One that the store has.
  void recall(RememberedCommand command);
  const RememberedCommand* find(std::string_view actor, std::string_view key) const;

  // There may be others, in the store.
  bool has_more() const { return has_more_; }
  void note_more() { has_more_ = true; }

  // The new ones since the last call: they are being saved now, and stay in memory until they are.
  std::span<const RememberedCommand> take_unsaved();
  void note_saved();

  // About what they take in memory.
  std::size_t bytes() const { return bytes_; }

 private:
  void forget_saved(std::size_t at_most);

  std::vector<RememberedCommand> commands_;  // saved ones first, then what is being saved, then what is unsaved
  std::size_t being_saved_ = 0;
  std::size_t unsaved_ = 0;
  std::size_t bytes_ = 0;
  bool has_more_ = false;
};

}  // namespace taskstream::command
