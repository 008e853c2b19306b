#include "command-service/core/barrier.hpp"

#include <utility>

namespace taskstream::command {

using events::Offset;
using events::Partition;
using events::PositionVector;

void Barrier::begin(Ticket ticket, const std::vector<Partition>& over) {
  for_next_[ticket] = over;
}

void Barrier::wait_for(Ticket ticket, const PositionVector& positions, const PositionVector& fold) {
  partitions_missing_[ticket] = 0;
  for (Partition p = 0; p < positions.size(); ++p) wait(ticket, p, positions.next(p), fold);
  settle(ticket);
}

void Barrier::cancel(Ticket ticket) {
  for_next_.erase(ticket);
  if (under_way_) under_way_->erase(ticket);
  if (partitions_missing_.erase(ticket) == 0) return;
  for (auto& [partition, waiting] : behind_) {
    std::erase_if(waiting, [ticket](const auto& entry) { return entry.second == ticket; });
  }
}

std::optional<Barrier::Ask> Barrier::next_ask() {
  if (under_way_ || for_next_.empty()) return std::nullopt;
  under_way_ = std::exchange(for_next_, {});
  std::set<Partition> partitions;
  for (const auto& [ticket, over] : *under_way_) partitions.insert(over.begin(), over.end());
  return Ask(partitions.begin(), partitions.end());
}

void Barrier::on_end(const PositionVector& end, const PositionVector& fold) {
  if (!under_way_) return;
  const Waiters waiters = *std::exchange(under_way_, std::nullopt);
  for (const auto& [ticket, over] : waiters) {
    partitions_missing_[ticket] = 0;
    for (const Partition partition : over) wait(ticket, partition, end.next(partition), fold);
    settle(ticket);
  }
}

void Barrier::on_failure() {
  if (!under_way_) return;
  for_next_.merge(*under_way_);
  under_way_.reset();
}

void Barrier::on_fold(Partition partition, Offset next) {
  const auto found = behind_.find(partition);
  if (found == behind_.end()) return;
  auto& waiting = found->second;
  for (auto first = waiting.begin(); first != waiting.end() && first->first <= next; first = waiting.erase(first)) {
    --partitions_missing_[first->second];
    settle(first->second);
  }
}

std::vector<Ticket> Barrier::take_reached() {
  return std::exchange(reached_, {});
}

void Barrier::wait(Ticket ticket, Partition partition, Offset until, const PositionVector& fold) {
  if (fold.next(partition) >= until) return;
  behind_[partition].emplace(until, ticket);
  ++partitions_missing_[ticket];
}

void Barrier::settle(Ticket ticket) {
  const auto found = partitions_missing_.find(ticket);
  if (found == partitions_missing_.end() || found->second > 0) return;
  partitions_missing_.erase(found);
  reached_.push_back(ticket);
}

}  // namespace taskstream::command
