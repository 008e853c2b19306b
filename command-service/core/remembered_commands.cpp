#include "command-service/core/remembered_commands.hpp"

#include <algorithm>
#include <utility>

#include "command-service/core/heap_bytes.hpp"

namespace taskstream::command {
namespace {

std::size_t bytes_of(const RememberedCommand& command) {
  return sizeof(command) + heap_bytes(command.actor) + heap_bytes(command.key) + heap_bytes(command.hash);
}

}  // namespace

void RememberedCommands::remember(RememberedCommand command) {
  bytes_ += bytes_of(command);
  commands_.push_back(std::move(command));
  ++unsaved_;
  forget_saved(kInMemory);
}

void RememberedCommands::recall(RememberedCommand command) {
  forget_saved(kInMemory - 1);
  bytes_ += bytes_of(command);
  commands_.insert(commands_.begin(), std::move(command));
}

const RememberedCommand* RememberedCommands::find(std::string_view actor, std::string_view key) const {
  const auto found = std::ranges::find_if(
      commands_, [&](const RememberedCommand& command) { return command.key == key && command.actor == actor; });
  return found != commands_.end() ? &*found : nullptr;
}

std::span<const RememberedCommand> RememberedCommands::take_unsaved() {
  being_saved_ = std::exchange(unsaved_, 0);
  return std::span(commands_).last(being_saved_);
}

void RememberedCommands::note_saved() {
  being_saved_ = 0;
  forget_saved(kInMemory);
}

void RememberedCommands::forget_saved(std::size_t at_most) {
  const std::size_t saved = commands_.size() - being_saved_ - unsaved_;
  const std::size_t too_many = commands_.size() > at_most ? std::min(saved, commands_.size() - at_most) : 0;
  if (too_many == 0) return;
  has_more_ = true;
  const auto end = commands_.begin() + static_cast<std::ptrdiff_t>(too_many);
  for (auto it = commands_.begin(); it != end; ++it) bytes_ -= bytes_of(*it);
  commands_.erase(commands_.begin(), end);
}

}  // namespace taskstream::command
