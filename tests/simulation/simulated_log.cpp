#include "tests/simulation/simulated_log.hpp"

#include <utility>

namespace taskstream::simulation {

using events::Offset;
using events::Partition;
using events::Position;

SimulatedLog::SimulatedLog(Partition partitions, const Schedule& schedule, Trace& trace)
    : entries_(static_cast<std::size_t>(partitions)), schedule_(schedule), trace_(trace), truth_(partitions) {}

std::optional<Position> SimulatedLog::land(Partition partition, SharedRecord record) {
  if (is_full(partition)) return std::nullopt;
  const Position position{.partition = partition, .offset = end(partition)};
  trace_.note("landed", {partition, position.offset}, record->key.value_or("no key"));
  truth_.fold(position, *record, schedule_.step());
  entries_[static_cast<std::size_t>(partition)].push_back({std::move(record), time(), schedule_.step()});
  return position;
}

void SimulatedLog::land_control(Partition partition) {
  if (is_full(partition)) return;
  trace_.note("control record", {partition, end(partition)});
  entries_[static_cast<std::size_t>(partition)].push_back({nullptr, time(), schedule_.step()});
}

std::vector<events::LogRecord> SimulatedLog::read(Position from, Offset to) const {
  std::vector<events::LogRecord> records;
  const auto& entries = of(from.partition);
  for (Position at = from; at.offset < to; ++at.offset) {
    const Entry& entry = entries[static_cast<std::size_t>(at.offset)];
    if (entry.record) records.push_back({.position = at, .log_time = entry.time, .record = *entry.record});
  }
  return records;
}

void SimulatedLog::truncate(Position from) {
  trace_.note("truncated", {from.partition, from.offset, end(from.partition)});
  entries_[static_cast<std::size_t>(from.partition)].resize(static_cast<std::size_t>(from.offset));
  Truth rest(partitions(), true);
  for (Partition partition = 0; partition < partitions(); ++partition) {
    for (Position at{.partition = partition}; at.offset < end(partition); ++at.offset) {
      const Entry& entry = of(partition)[static_cast<std::size_t>(at.offset)];
      if (entry.record) rest.fold(at, *entry.record, entry.step);
    }
  }
  truncation_ = Truncation{.from = from, .step = schedule_.step(), .before = std::exchange(truth_, std::move(rest))};
}

bool SimulatedLog::is_full(Partition partition) const {
  return limit_ && end(partition) + 1 >= limit_(partition);
}

}  // namespace taskstream::simulation
