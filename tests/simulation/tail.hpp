#pragma once

#include <vector>

#include "events/log/checkpoint.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// How far one instance has read the log.
class Tail {
 public:
  struct Read {
    std::vector<events::LogRecord> records;
    std::vector<events::Position> ends;  // partitions that are read to their end
  };

  Tail(World& world, int site, const events::Checkpoint& from);

  // Some of what is there to be read. Partitions go on independently of each other, in batches of any size.
  Read read_on();
  // How long until it looks again.
  Time pause() const;
  events::Offset next(events::Partition partition) const { return next_[static_cast<std::size_t>(partition)]; }

 private:
  void read_on(events::Partition partition, Read& read);

  World& world_;
  int site_;
  std::vector<events::Offset> next_;
  std::vector<Time> stalls_until_;
};

}  // namespace taskstream::simulation
