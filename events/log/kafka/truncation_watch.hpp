#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/log/kafka/log_inspector.hpp"
#include "events/log/kafka/reachability.hpp"

namespace taskstream::events::kafka {

// Inspects the log at the start, whenever it could have changed under its reader, and every 10 s. Has its own thread
// and client, so that it sees what a reader cannot that waits for records. Thread-safe.
class TruncationWatch {
 public:
  // What one partition has been read to since.
  using Progress = std::pair<Partition, PartitionCheckpoint>;

  // `ring` is called after every look that led to something: the first healthy one, damage, and a suspicion cleared.
  TruncationWatch(const Cluster& cluster, Partition partitions, Checkpoint from, Reachability& reachability,
                  std::function<void()> ring);
  ~TruncationWatch();
  TruncationWatch(const TruncationWatch&) = delete;
  TruncationWatch& operator=(const TruncationWatch&) = delete;

  void advance(const std::vector<Progress>& progress);
  // Something happened after which the log may be another: looks soon.
  void suspect();

  // How many suspicions, the one at the start among them, have turned out to be none.
  std::uint64_t cleared() const;
  std::optional<std::string> damage() const;

 private:
  void run();
  bool is_due(std::unique_lock<std::mutex>& lock);
  void look(std::unique_lock<std::mutex>& lock);

  LogInspector inspector_;
  Reachability& reachability_;
  const std::function<void()> ring_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PartitionCheckpoint> checkpoint_;
  std::vector<PartitionCheckpoint> earlier_;  // at the last healthy look, or else the first since
  bool closing_ = false;
  bool in_doubt_ = true;  // nothing was looked at yet
  std::uint64_t cleared_ = 0;
  std::optional<std::string> damage_;
  std::chrono::steady_clock::time_point last_look_;
  std::thread thread_;
};

}  // namespace taskstream::events::kafka
