#include "tests/simulation/tail.hpp"

#include <algorithm>
#include <iterator>

namespace taskstream::simulation {

using namespace std::chrono_literals;
using events::Offset;
using events::Partition;

Tail::Tail(World& world, int site, const events::Checkpoint& from)
    : world_(world), site_(site), stalls_until_(static_cast<std::size_t>(world.log.partitions()), Time(0)) {
  for (Partition partition = 0; partition < world.log.partitions(); ++partition) {
    next_.push_back(from.at(partition).next);
  }
}

Tail::Read Tail::read_on() {
  Read read;
  if (world_.log_is_away) return read;
  for (Partition partition = 0; partition < world_.log.partitions(); ++partition) {
    Time& stalls_until = stalls_until_[static_cast<std::size_t>(partition)];
    if (world_.random.chance(world_.faults.partition_stalls)) {
      stalls_until = world_.schedule.now() + world_.random.between(Time(100ms), Time(8s));
    }
    const bool stalls = world_.schedule.now() < stalls_until || world_.random.chance(250);
    if (!stalls) read_on(partition, read);
  }
  return read;
}

void Tail::read_on(Partition partition, Read& read) {
  Offset& next = next_[static_cast<std::size_t>(partition)];
  const Offset end = world_.leaders.end(site_, partition);
  if (next > end) return;  // truncated: the tail says so by its own means
  // One that has fallen far behind, at its start above all, reads in large batches.
  const Offset at_most = std::max<Offset>(world_.random.between(1, world_.faults.batch_at_most), (end - next) / 4);
  const Offset to = std::min(end, next + at_most);
  auto records = world_.log.read({.partition = partition, .offset = next}, to);
  std::ranges::move(records, std::back_inserter(read.records));
  next = to;
  if (next == end) read.ends.push_back({.partition = partition, .offset = end});
}

Time Tail::pause() const {
  const bool stalls = world_.random.chance(world_.faults.tail_stalls);
  return stalls ? world_.random.between(Time(100ms), Time(4s)) : world_.random.between(Time(500us), Time(25ms));
}

}  // namespace taskstream::simulation
