#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "events/log/kafka/record_reader.hpp"

namespace taskstream::events::kafka {

// What was seen when a checkpoint was held against the log.
struct Finding {
  enum class Kind {
    Healthy,
    Suspicious,   // as a moment's disorder shows itself too: look again soon
    Damaged,      // the log is not the one that was read
    Unavailable,  // it could not be looked at
  };
  Kind kind = Kind::Healthy;
  std::string message;
};

// Holds a reader's checkpoint against the log: does every partition still begin at 0, reach as far as was read, and
// hold the record that was read last? Kafka itself would not say that a log was truncated, or deleted and made anew.
class LogInspector {
 public:
  LogInspector(const Cluster& cluster, Partition partitions);

  // `earlier` is what was read some time before. A reader that went on unawares into a log made anew has its last
  // record from there: only what it read earlier tells.
  Finding inspect(const Checkpoint& earlier, const Checkpoint& checkpoint, Deadline deadline);
  // Whether the leaders are others than at the last call; nullopt when they could not be learnt.
  std::optional<bool> leaders_changed(Deadline deadline);

 private:
  using Clock = std::chrono::steady_clock;

  Client& client();
  Finding inspect_edges(const Checkpoint& checkpoint, Deadline deadline);
  // Leaves out the records that `other` names too.
  Finding inspect_last_records(const Checkpoint& checkpoint, const Checkpoint& other, Deadline deadline);
  Finding failed(const AskError& error);
  Finding once_it_lasts(std::optional<Clock::time_point>& since, std::chrono::milliseconds patience,
                        std::string message);

  const std::string topic_;
  const Partition partitions_;
  std::unique_ptr<Client> client_;  // asks, and fetches nothing
  RecordReader reader_;
  std::vector<Partition> all_;
  std::vector<std::int32_t> leaders_;
  std::optional<Clock::time_point> too_short_since_;
  std::optional<Clock::time_point> gone_since_;
};

}  // namespace taskstream::events::kafka
