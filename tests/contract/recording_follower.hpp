#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::tests {

// Long enough for a busy machine; only a failing test ever waits for it.
inline constexpr std::chrono::seconds kPatience{30};

inline events::Deadline soon() {
  return std::chrono::steady_clock::now() + kPatience;
}

// Keeps what a log tells, and waits for facts. The waits return false when patience ends.
class RecordingFollower final : public events::Follower {
 public:
  void on_records(std::vector<events::LogRecord> records) override;
  void on_partition_end(events::Position end) override;
  void on_log_damaged(std::string message) override;

  bool wait_for_records(std::size_t count);
  bool wait_for_end(events::Position end);
  bool wait_for_damage();
  // While held, the log's thread is kept inside on_records.
  void hold(bool held);
  // True once a held call has come.
  bool wait_until_blocked();

  std::vector<events::LogRecord> records() const;
  std::size_t calls() const;
  std::string damage() const;
  events::Checkpoint checkpoint() const;

 private:
  template <class Fact>
  bool wait_for(Fact fact);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<events::LogRecord> records_;
  std::vector<events::Position> ends_;
  std::optional<std::string> damage_;
  events::Checkpoint checkpoint_;
  std::size_t calls_ = 0;
  bool held_ = false;
  bool blocked_ = false;
};

// A record whose ce_id is `id`.
events::Record record_of(const std::string& id, std::string value = "{}");

// Appends and waits for the outcome.
events::AppendOutcome append_and_wait(events::EventLog& log, events::Partition partition, events::Record record);
// Where every partition ends; waits for the answer.
events::EventLog::EndsOfPartitions end_of_all(events::EventLog& log);

}  // namespace taskstream::tests
