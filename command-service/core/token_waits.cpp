#include "command-service/core/token_waits.hpp"

#include <cassert>

namespace taskstream::command {

using events::Offset;
using events::Partition;
using events::PositionVector;

const PositionVector& Waiter::at_least() const {
  return std::visit([](const auto& of) -> const PositionVector& { return of.at_least; }, request);
}

void TokenWaits::add(Waiter waiter, const PositionVector& fold, SteadyTime now) {
  const Ticket ticket = waiter.ticket;
  const SteadyTime due = now + std::visit([](const auto& of) { return of.wait; }, waiter.request);
  Place& place = waiting_.emplace(ticket, Place{.waiter = std::move(waiter), .due = due, .behind = {}}).first->second;
  dues_.emplace(due, ticket);
  stand(ticket, place, fold);
}

void TokenWaits::on_fold(Partition partition, const PositionVector& fold) {
  const auto found = behind_.find(partition);
  if (found == behind_.end()) return;
  auto& behind = found->second;
  while (!behind.empty() && behind.begin()->first <= fold.next(partition)) {
    const Ticket ticket = behind.begin()->second;
    Place& place = waiting_.at(ticket);
    if (fold.covers(place.waiter.at_least())) {
      covered_.push_back(leave(ticket));
    } else {
      behind.erase(behind.begin());
      stand(ticket, place, fold);
    }
  }
}

std::vector<Waiter> TokenWaits::take_late(SteadyTime now) {
  std::vector<Waiter> late;
  while (!dues_.empty() && dues_.begin()->first <= now) late.push_back(leave(dues_.begin()->second));
  return late;
}

std::vector<Waiter> TokenWaits::take_all() {
  std::vector<Waiter> all = take_covered();
  for (auto& [ticket, place] : waiting_) all.push_back(std::move(place.waiter));
  waiting_.clear();
  behind_.clear();
  dues_.clear();
  return all;
}

// Behind the first of its positions that the fold has not reached.
void TokenWaits::stand(Ticket ticket, Place& place, const PositionVector& fold) {
  const PositionVector& wanted = place.waiter.at_least();
  assert(!fold.covers(wanted));
  Partition partition = 0;
  while (fold.next(partition) >= wanted.next(partition)) ++partition;
  place.behind = {.partition = partition, .offset = wanted.next(partition)};
  behind_[partition].emplace(place.behind.offset, ticket);
}

Waiter TokenWaits::leave(Ticket ticket) {
  Place place = std::move(waiting_.extract(ticket).mapped());
  behind_[place.behind.partition].erase({place.behind.offset, ticket});
  dues_.erase({place.due, ticket});
  return std::move(place.waiter);
}

}  // namespace taskstream::command
