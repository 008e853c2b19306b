#include "tests/contract/recording_follower.hpp"

#include <algorithm>
#include <future>
#include <memory>

namespace taskstream::tests {

using namespace events;

void RecordingFollower::on_records(std::vector<LogRecord> records) {
  std::unique_lock lock(mutex_);
  ++calls_;
  blocked_ = held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !held_; });
  blocked_ = false;
  for (LogRecord& record : records) {
    checkpoint_.advance(record);
    records_.push_back(std::move(record));
  }
  changed_.notify_all();
}

void RecordingFollower::on_partition_end(Position end) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  checkpoint_.advance_to_end(end);
  ends_.push_back(end);
  changed_.notify_all();
}

void RecordingFollower::on_log_damaged(std::string message) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  damage_ = std::move(message);
  changed_.notify_all();
}

template <class Fact>
bool RecordingFollower::wait_for(Fact fact) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, fact);
}

bool RecordingFollower::wait_for_records(std::size_t count) {
  return wait_for([&] { return records_.size() >= count; });
}

bool RecordingFollower::wait_for_end(Position end) {
  return wait_for([&] { return std::ranges::find(ends_, end) != ends_.end(); });
}

bool RecordingFollower::wait_for_damage() {
  return wait_for([&] { return damage_.has_value(); });
}

bool RecordingFollower::wait_until_blocked() {
  return wait_for([&] { return blocked_; });
}

void RecordingFollower::hold(bool held) {
  const std::lock_guard lock(mutex_);
  held_ = held;
  changed_.notify_all();
}

std::vector<LogRecord> RecordingFollower::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::size_t RecordingFollower::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::string RecordingFollower::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_.value_or("");
}

Checkpoint RecordingFollower::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

Record record_of(const std::string& id, std::string value) {
  return {.key = "task/" + id, .headers = {{"ce_id", id}}, .value = std::move(value)};
}

AppendOutcome append_and_wait(EventLog& log, Partition partition, Record record) {
  auto promise = std::make_shared<std::promise<AppendOutcome>>();
  log.append(partition, std::move(record),
             [promise](AppendOutcome outcome) { promise->set_value(std::move(outcome)); });
  return promise->get_future().get();
}

EventLog::EndsOfPartitions end_of_all(EventLog& log) {
  std::vector<Partition> all;
  for (Partition p = 0; p < log.partitions(); ++p) all.push_back(p);
  auto promise = std::make_shared<std::promise<EventLog::EndsOfPartitions>>();
  log.end_of_log(all, soon(), [promise](EventLog::EndsOfPartitions ends) { promise->set_value(std::move(ends)); });
  return promise->get_future().get();
}

}  // namespace taskstream::tests
