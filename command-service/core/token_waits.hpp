#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// A request as it came, and nothing of what is done for it.
struct Waiter {
  Ticket ticket = 0;
  std::variant<CommandRequest, ReadRequest> request;

  const events::PositionVector& at_least() const;
};

// Requests that are to be answered on no older a state than their consistency tokens name, before anything is done for
// them: until the fold has got there, or for as long as they want to wait. Tokens can be made up, and one may name
// every partition, so each request takes room in one partition at a time. A batch makes one connection wait many times
// over, so that a bound for connections bounds nothing here.
class TokenWaits {
 public:
  explicit TokenWaits(std::size_t at_most) : at_most_(at_most) {}  // 0 = any number

  bool has_room() const { return !is_closed_ && (at_most_ == 0 || waiting_.size() < at_most_); }
  // There is no room any more.
  void close() { is_closed_ = true; }
  std::size_t size() const { return waiting_.size(); }

  // Of a request whose tokens the fold does not cover yet, while there is room.
  void add(Waiter waiter, const events::PositionVector& fold, SteadyTime now);
  void on_fold(events::Partition partition, const events::PositionVector& fold);

  // Those whose tokens the fold has covered since the last call.
  std::vector<Waiter> take_covered() { return std::exchange(covered_, {}); }
  // Those whose time is over.
  std::vector<Waiter> take_late(SteadyTime now);
  std::vector<Waiter> take_all();

 private:
  struct Place {
    Waiter waiter;
    SteadyTime due;
    events::Position behind;  // what the fold has to reach next
  };

  void stand(Ticket ticket, Place& place, const events::PositionVector& fold);
  Waiter leave(Ticket ticket);

  std::size_t at_most_;
  bool is_closed_ = false;
  std::unordered_map<Ticket, Place> waiting_;
  std::map<events::Partition, std::set<std::pair<events::Offset, Ticket>>> behind_;
  std::set<std::pair<SteadyTime, Ticket>> dues_;
  std::vector<Waiter> covered_;
};

}  // namespace taskstream::command
