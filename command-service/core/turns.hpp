#pragma once

#include <deque>
#include <optional>
#include <unordered_map>

#include "command-service/core/request.hpp"
#include "events/contract/ids.hpp"

namespace taskstream::command {

// Whose turn it is. Commands on one stream are decided one after another, in the order in which they came: only the
// front of a stream's line is ever decided. Lines of different streams know nothing of each other.
class Turns {
 public:
  // Its turn comes at once where nobody waits.
  void line_up(const events::StreamId& stream, Ticket ticket);
  // The front of a line is to be decided once more.
  void give_again(Ticket front) { due_.push_back(front); }
  // Whoever stood behind it is next.
  void leave(const events::StreamId& stream, Ticket ticket);

  // The next to be decided, each turn once. It may have left meanwhile.
  std::optional<Ticket> take();
  bool none_due() const { return due_.empty(); }
  // Empty where nobody waits.
  const std::deque<Ticket>& line(const events::StreamId& stream) const;
  void clear();

 private:
  std::unordered_map<events::StreamId, std::deque<Ticket>> lines_;
  std::deque<Ticket> due_;
};

}  // namespace taskstream::command
