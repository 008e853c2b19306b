#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "events/log/kafka/client.hpp"
#include "events/log/kafka/offsets.hpp"

namespace taskstream::events::kafka {

// Reads single records by their position, with a client of its own. Thread-safe: one call after another.
class RecordReader {
 public:
  using Records = std::vector<std::optional<LogRecord>>;

  explicit RecordReader(const Cluster& cluster);

  // The records at these positions, at most one of a partition, in the order asked for; nullopt where the offset
  // carries none or lies outside what the partition holds. All of them are fetched at once.
  boost::system::result<Records, AskError> read(const std::vector<Position>& positions, Deadline deadline);

  Client& client() { return *client_; }

 private:
  boost::system::result<void, AskError> fetch(const std::vector<Position>& wanted, Records& into, Deadline deadline);

  std::mutex mutex_;
  std::unique_ptr<Client> client_;
};

}  // namespace taskstream::events::kafka
