#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <variant>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// ---- what the log's threads have to tell the core's

struct RecordsRead {
  std::vector<events::LogRecord> records;
};
struct PartitionEnded {
  events::Position end;
};
struct AppendSettled {
  events::EventId id;
  events::AppendOutcome outcome;
  events::Instant sent;
  std::chrono::steady_clock::time_point handed_over;
};
struct EndLearnt {
  events::Partition partition;
  events::EventLog::EndsOfPartitions end;
};
struct LogDamaged {
  std::string message;
};
using LogInput = std::variant<RecordsRead, PartitionEnded, AppendSettled, EndLearnt, LogDamaged>;

// Carries inputs from the log's threads to the core's. Many inputs share one wake-up, so that a busy log costs the core
// no more than a quiet one. Thread-safe.
class Inbox {
 public:
  // `drain` is posted to the context when there is something to take.
  Inbox(boost::asio::io_context& context, std::size_t bytes_at_most, std::function<void()> drain);

  // Blocks while more records wait than the core should have to hold; never once closed.
  void put(LogInput input);
  std::vector<LogInput> take();
  // What is put from now on is dropped, and nobody blocks any more.
  void close();

 private:
  boost::asio::io_context& context_;
  const std::size_t bytes_at_most_;  // of the records that wait, about
  const std::function<void()> drain_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::vector<LogInput> inputs_;
  std::size_t bytes_ = 0;  // of the records that wait
  bool drain_posted_ = false;
  bool closed_ = false;
};

}  // namespace taskstream::command
