#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "events/log/kafka/client.hpp"
#include "events/log/kafka/offsets.hpp"

namespace taskstream::events::kafka {

// Reads single records by their position. Each time with a client of its own: one that has fetched from a topic which
// is then deleted and made anew may never fetch again, and would keep from being seen the very thing that is looked
// for. Thread-safe.
class RecordReader {
 public:
  using Records = std::vector<std::optional<LogRecord>>;

  explicit RecordReader(Cluster cluster) : cluster_(std::move(cluster)) {}

  // The records at these positions, at most one of a partition, in the order asked for; nullopt where the offset
  // carries none or lies outside what the partition holds. All of them are fetched at once.
  boost::system::result<Records, AskError> read(const std::vector<Position>& positions, Deadline deadline) const;

 private:
  const Cluster cluster_;
};

}  // namespace taskstream::events::kafka
