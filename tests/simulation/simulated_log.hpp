#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "events/log/event_log.hpp"
#include "tests/simulation/schedule.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/truth.hpp"

namespace taskstream::simulation {

using SharedRecord = std::shared_ptr<const events::Record>;

// The wall clock of the log at the beginning of every run.
inline constexpr events::Instant kEpoch{std::chrono::seconds(1'795'000'000)};

// What was lost, and what the log meant until then.
struct Truncation {
  events::Position from;
  std::int64_t step = 0;
  Truth before;
};

// The log itself: what stands where. Everything that can go wrong on the way to it and from it is elsewhere.
class SimulatedLog {
 public:
  SimulatedLog(events::Partition partitions, const Schedule& schedule, Trace& trace);

  events::Partition partitions() const { return static_cast<events::Partition>(entries_.size()); }
  // Takes a record; nothing while the partition takes none.
  std::optional<events::Position> land(events::Partition partition, SharedRecord record);
  // A record of Kafka's own: it takes an offset, and readers do not see it.
  void land_control(events::Partition partition);
  events::Offset end(events::Partition partition) const { return static_cast<events::Offset>(of(partition).size()); }
  // The records from `from` on, below `to`.
  std::vector<events::LogRecord> read(events::Position from, events::Offset to) const;
  SharedRecord at(events::Position position) const {
    return of(position.partition)[static_cast<std::size_t>(position.offset)].record;
  }

  bool holds(events::Position position, const SharedRecord& record) const {
    return position.offset < end(position.partition) && at(position) == record;
  }

  void truncate(events::Position from);
  const std::optional<Truncation>& truncation() const { return truncation_; }
  // After a truncation the partition ends below this, as long as somebody goes on who knows the lost records up to
  // here: they could not tell new records at and after it from those that they expect there, unless their tail
  // compares.
  void set_limit(std::function<events::Offset(events::Partition)> limit) { limit_ = std::move(limit); }

  const Truth& truth() const { return truth_; }
  events::Instant time() const { return kEpoch + schedule_.now(); }

 private:
  struct Entry {
    SharedRecord record;  // null: a control record
    events::Instant time;
    std::int64_t step = 0;
  };

  bool is_full(events::Partition partition) const;
  const std::vector<Entry>& of(events::Partition partition) const {
    return entries_[static_cast<std::size_t>(partition)];
  }

  std::vector<std::vector<Entry>> entries_;
  const Schedule& schedule_;
  Trace& trace_;
  Truth truth_;
  std::optional<Truncation> truncation_;
  std::function<events::Offset(events::Partition)> limit_;
};

}  // namespace taskstream::simulation
