#include "command-service/core/turns.hpp"

namespace taskstream::command {

void Turns::line_up(const events::StreamId& stream, Ticket ticket) {
  auto& line = lines_[stream];
  line.push_back(ticket);
  if (line.size() == 1) due_.push_back(ticket);
}

void Turns::leave(const events::StreamId& stream, Ticket ticket) {
  const auto found = lines_.find(stream);
  if (found == lines_.end()) return;
  auto& line = found->second;
  const bool was_front = line.front() == ticket;
  std::erase(line, ticket);
  if (line.empty()) {
    lines_.erase(found);
  } else if (was_front) {
    due_.push_back(line.front());
  }
}

std::optional<Ticket> Turns::take() {
  if (due_.empty()) return std::nullopt;
  const Ticket next = due_.front();
  due_.pop_front();
  return next;
}

const std::deque<Ticket>& Turns::line(const events::StreamId& stream) const {
  static const std::deque<Ticket> kNobody;
  const auto found = lines_.find(stream);
  return found != lines_.end() ? found->second : kNobody;
}

void Turns::clear() {
  lines_.clear();
  due_.clear();
}

}  // namespace taskstream::command
