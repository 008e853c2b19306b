#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// Learns where partitions end *after* a moment, and tells when the fold has got there. Whoever comes while a request
// for an end is under way waits for the next one: an end that was asked for before somebody came proves nothing to
// them. Each partition is asked by itself, so that one without a leader holds up nobody else.
class Barrier {
 public:
  // Starts a barrier over these partitions. Its ticket comes out of take_reached() later, and may then begin again.
  void begin(Ticket ticket, const std::vector<events::Partition>& over);
  // Forgets a ticket whose request has been answered otherwise. However many wait: they may all give up at once.
  void cancel(Ticket ticket);

  // The partitions whose ends are to be asked for now. They are under way then, until on_end or on_failure.
  std::vector<events::Partition> take_asks();
  void on_end(events::Partition partition, events::Offset end, events::Offset fold);
  // The partition could not be asked: the same waiters go into its next request, which is made after the next retry().
  void on_failure(events::Partition partition);
  void retry();

  void on_fold(events::Partition partition, events::Offset next);
  // The tickets that are through since the last call.
  std::vector<Ticket> take_reached();

 private:
  struct Asking {
    std::set<Ticket> for_next;
    std::optional<std::set<Ticket>> under_way;
    bool has_failed = false;
    std::set<std::pair<events::Offset, Ticket>> behind;  // the fold has to reach the offset
  };
  // Where a ticket waits: the partitions that it has not passed yet, each with the offset to reach once it is known.
  using Places = std::map<events::Partition, std::optional<events::Offset>>;

  void wait_behind(Ticket ticket, events::Partition partition, events::Offset end);
  void pass(Ticket ticket, events::Partition partition);

  std::map<events::Partition, Asking> asking_;
  std::unordered_map<Ticket, Places> waiting_;
  std::vector<Ticket> reached_;
};

}  // namespace taskstream::command
