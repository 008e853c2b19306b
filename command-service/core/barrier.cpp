#include "command-service/core/barrier.hpp"

#include <utility>

namespace taskstream::command {

using events::Offset;
using events::Partition;
using events::PositionVector;

void Barrier::begin(Ticket ticket, const std::vector<Partition>& over) {
  partitions_missing_[ticket] = over.size();
  for (const Partition partition : over) asking_[partition].for_next.insert(ticket);
}

void Barrier::wait_for(Ticket ticket, const PositionVector& positions, const PositionVector& fold) {
  std::size_t& missing = partitions_missing_[ticket];
  missing = 1;  // lest it be reached before all positions have been looked at
  for (Partition p = 0; p < positions.size(); ++p) {
    if (fold.next(p) >= positions.next(p)) continue;
    asking_[p].behind.emplace(positions.next(p), ticket);
    ++missing;
  }
  pass(ticket);
}

void Barrier::cancel(Ticket ticket) {
  if (partitions_missing_.erase(ticket) == 0) return;
  for (auto& [partition, asking] : asking_) {
    asking.for_next.erase(ticket);
    if (asking.under_way) asking.under_way->erase(ticket);
    std::erase_if(asking.behind, [ticket](const auto& entry) { return entry.second == ticket; });
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
      pass(ticket);
    } else {
      asking.behind.emplace(end, ticket);
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
  for (auto first = behind.begin(); first != behind.end() && first->first <= next; first = behind.erase(first)) {
    pass(first->second);
  }
}

std::vector<Ticket> Barrier::take_reached() {
  return std::exchange(reached_, {});
}

// One partition less to wait for.
void Barrier::pass(Ticket ticket) {
  const auto found = partitions_missing_.find(ticket);
  if (found == partitions_missing_.end() || --found->second > 0) return;
  partitions_missing_.erase(found);
  reached_.push_back(ticket);
}

}  // namespace taskstream::command
