#include "command-service/core/barrier.hpp"

#include <utility>

namespace taskstream::command {

using events::Offset;
using events::Partition;

void Barrier::begin(Ticket ticket, const std::vector<Partition>& over) {
  Places& places = waiting_[ticket];
  for (const Partition partition : over) {
    places[partition] = std::nullopt;
    asking_[partition].for_next.insert(ticket);
  }
}

void Barrier::cancel(Ticket ticket) {
  const auto waiting = waiting_.extract(ticket);
  if (waiting.empty()) return;
  for (const auto& [partition, end] : waiting.mapped()) {
    Asking& asking = asking_[partition];
    asking.for_next.erase(ticket);
    if (asking.under_way) asking.under_way->erase(ticket);
    if (end) asking.behind.erase({*end, ticket});
  }
}

std::vector<Partition> Barrier::take_asks() {
  std::vector<Partition> asks;
  for (auto& [partition, asking] : asking_) {
    if (asking.under_way || asking.has_failed || asking.for_next.empty()) continue;
    asking.under_way = std::exchange(asking.for_next, {});
    asks.push_back(partition);
  }
  return asks;
}

void Barrier::on_end(Partition partition, Offset end, Offset fold) {
  Asking& asking = asking_[partition];
  if (!asking.under_way) return;
  const std::set<Ticket> waiters = *std::exchange(asking.under_way, std::nullopt);
  for (const Ticket ticket : waiters) {
    if (fold >= end) {
      pass(ticket, partition);
    } else {
      wait_behind(ticket, partition, end);
    }
  }
}

void Barrier::on_failure(Partition partition) {
  Asking& asking = asking_[partition];
  if (!asking.under_way) return;
  asking.for_next.merge(*asking.under_way);
  asking.under_way.reset();
  asking.has_failed = true;
}

void Barrier::retry() {
  for (auto& [partition, asking] : asking_) asking.has_failed = false;
}

void Barrier::on_fold(Partition partition, Offset next) {
  const auto found = asking_.find(partition);
  if (found == asking_.end()) return;
  auto& behind = found->second.behind;
  while (!behind.empty() && behind.begin()->first <= next) {
    pass(behind.extract(behind.begin()).value().second, partition);
  }
}

std::vector<Ticket> Barrier::take_reached() {
  return std::exchange(reached_, {});
}

void Barrier::wait_behind(Ticket ticket, Partition partition, Offset end) {
  waiting_[ticket][partition] = end;
  asking_[partition].behind.emplace(end, ticket);
}

void Barrier::pass(Ticket ticket, Partition partition) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end() || found->second.erase(partition) == 0 || !found->second.empty()) return;
  waiting_.erase(found);
  reached_.push_back(ticket);
}

}  // namespace taskstream::command
