#include "command-service/state/memory_state_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace taskstream::command {

std::optional<std::string> MemoryStateStore::find(const events::StreamId& stream) {
  const auto found = streams_.find(stream);
  return found != streams_.end() ? std::optional(found->second.entry) : std::nullopt;
}

std::optional<RememberedCommand> MemoryStateStore::find_command(const events::StreamId& stream, std::string_view actor,
                                                                std::string_view key) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  const auto& commands = found->second.commands;
  const auto command = std::ranges::find_if(commands, [&](const auto& remembered) {
    return remembered.second.key == key && remembered.second.actor == actor;
  });
  return command != commands.end() ? std::optional(command->second) : std::nullopt;
}

std::vector<Concern> MemoryStateStore::concerns_after(const Concern& after, std::size_t at_most) {
  std::vector<Concern> found;
  for (auto it = concerns_.upper_bound(after); it != concerns_.end() && found.size() < at_most; ++it) {
    found.push_back(*it);
  }
  return found;
}

void MemoryStateStore::commit(const StateChange& change) {
  changes_.push_back(change);
  apply(change);
}

void MemoryStateStore::lose(std::size_t count) {
  changes_.resize(changes_.size() - std::min(count, changes_.size()));
  streams_.clear();
  concerns_.clear();
  checkpoint_ = {};
  for (const StateChange& change : changes_) apply(change);
}

void MemoryStateStore::apply(const StateChange& change) {
  for (const StateRow& row : change.rows) {
    Stream& stream = streams_[row.stream];
    if (stream.concerned) concerns_.erase({*stream.concerned, row.stream.to_string()});
    stream.entry = row.entry;
    stream.concerned = row.concerned;
    if (row.concerned) concerns_.insert({*row.concerned, row.stream.to_string()});
  }
  for (const auto& [stream, command] : change.commands) {
    auto& commands = streams_[stream].commands;
    commands.emplace(command.version, command);
    forget_old(commands);
  }
  checkpoint_ = change.checkpoint;
}

void MemoryStateStore::forget_old(std::map<events::StreamVersion, RememberedCommand>& commands) {
  const events::Instant forget_before = commands.rbegin()->second.log_time - kCommandsRememberedFor;
  auto oldest = commands.upper_bound(events::StreamVersion{1});
  auto later = std::distance(oldest, commands.end());
  for (; later > kCommandsRemembered && oldest->second.log_time < forget_before; --later) {
    oldest = commands.erase(oldest);
  }
}

}  // namespace taskstream::command
