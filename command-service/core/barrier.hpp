#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// Learns where the log ends *after* a moment, and tells when the fold has got there. Whoever comes while a request for
// the end is under way waits for the next one: an end that was asked for before somebody came proves nothing to them.
class Barrier {
 public:
  // The partitions whose ends are to be asked for now.
  using Ask = std::vector<events::Partition>;

  // Starts a barrier over these partitions. Its ticket comes out of reached() later.
  void begin(Ticket ticket, const std::vector<events::Partition>& over);
  // Waits for positions that are known already, those of a consistency token.
  void wait_for(Ticket ticket, const events::PositionVector& positions, const events::PositionVector& fold);
  // Forgets a ticket whose request has been answered otherwise.
  void cancel(Ticket ticket);

  // What to ask of the log, if something is to be asked and nothing is under way.
  std::optional<Ask> next_ask();
  void on_end(const events::PositionVector& end, const events::PositionVector& fold);
  // The log could not be asked: the same waiters go into the next request.
  void on_failure();

  void on_fold(events::Partition partition, events::Offset next);
  // The tickets that are through since the last call.
  std::vector<Ticket> take_reached();

 private:
  using Waiters = std::map<Ticket, std::vector<events::Partition>>;

  void wait(Ticket ticket, events::Partition partition, events::Offset until, const events::PositionVector& fold);
  void settle(Ticket ticket);

  Waiters for_next_;
  std::optional<Waiters> under_way_;
  std::map<events::Partition, std::multimap<events::Offset, Ticket>> behind_;
  std::map<Ticket, std::size_t> partitions_missing_;
  std::vector<Ticket> reached_;
};

}  // namespace taskstream::command
