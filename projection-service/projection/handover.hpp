#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/log/event_log.hpp"

namespace taskstream::projection {

// Hands what a log delivers to a thread of the taker's own, so that one reads while the other folds. Bounded: the log
// waits while so many bytes have not been taken.
class Handover final : public events::Follower {
 public:
  using Records = std::vector<events::LogRecord>;
  struct Damage {
    std::string message;
  };
  using Delivery = std::variant<Records, events::Position, Damage>;  // a position: the end of its partition

  explicit Handover(std::size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  // In the order of the log; nullopt when nothing came in time.
  std::optional<Delivery> take(std::chrono::milliseconds time);
  // What comes from now on is dropped, so that the log does not wait for a taker who has gone.
  void close();

  void on_records(Records records) override;
  void on_partition_end(events::Position end) override;
  void on_log_damaged(std::string message) override;

 private:
  struct Waiting {
    Delivery delivery;
    std::size_t bytes;
  };
  void put(Delivery delivery, std::size_t bytes);

  const std::size_t capacity_bytes_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::condition_variable taken_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace taskstream::projection
