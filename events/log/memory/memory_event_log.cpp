#include "events/log/memory/memory_event_log.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "events/log/checkpoint.hpp"

namespace taskstream::events {
namespace {

constexpr const char* kOutOfReach = "the test took the log out of reach";

}  // namespace

struct MemoryEventLog::Shared {
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::vector<LogRecord>> partitions;
  std::deque<Fault> faults;
  bool tail_held = false;
  bool reachable = true;
};

// Delivers on a thread of its own, everything that has come since its last look in one batch.
class MemoryEventLog::Tail final : public Subscription {
 public:
  Tail(std::shared_ptr<Shared> shared, Checkpoint from, Follower& follower)
      : shared_(std::move(shared)), checkpoint_(std::move(from)), thread_([this, &follower] { run(follower); }) {}

  ~Tail() override {
    {
      const std::lock_guard lock(shared_->mutex);
      over_ = true;
      shared_->changed.notify_all();
    }
    thread_.join();
  }

 private:
  void run(Follower& follower) {
    if (auto damage = find_damage()) return follower.on_log_damaged(*std::move(damage));
    bool at_start = true;
    while (true) {
      std::vector<LogRecord> batch;
      std::vector<Position> ends;
      {
        std::unique_lock lock(shared_->mutex);
        shared_->changed.wait(lock, [&] { return over_ || (!shared_->tail_held && (at_start || has_more())); });
        if (over_) return;
        take_rest(batch, ends);
      }
      at_start = false;
      if (!batch.empty()) follower.on_records(std::move(batch));
      for (const Position end : ends) follower.on_partition_end(end);
    }
  }

  bool has_more() const {
    for (Partition p = 0; p < count(); ++p) {
      if (checkpoint_.at(p).next < end_of(p)) return true;
    }
    return false;
  }

  void take_rest(std::vector<LogRecord>& batch, std::vector<Position>& ends) {
    for (Partition p = 0; p < count(); ++p) {
      const auto& records = shared_->partitions[static_cast<std::size_t>(p)];
      for (Offset o = checkpoint_.at(p).next; o < end_of(p); ++o) {
        batch.push_back(records[static_cast<std::size_t>(o)]);
        checkpoint_.advance(batch.back());
      }
      ends.push_back({.partition = p, .offset = end_of(p)});
    }
  }

  std::optional<std::string> find_damage() const {
    const std::lock_guard lock(shared_->mutex);
    for (Partition p = 0; p < checkpoint_.size(); ++p) {
      const PartitionCheckpoint at = checkpoint_.at(p);
      if (at.next > (p < count() ? end_of(p) : 0)) return "the log ends before what was read of it";
      if (at.last_offset < 0) continue;
      const auto& records = shared_->partitions[static_cast<std::size_t>(p)];
      if (identity_of(records[static_cast<std::size_t>(at.last_offset)].record) != at.last_id) {
        return "the last record that was read is no longer in the log";
      }
    }
    return std::nullopt;
  }

  Partition count() const { return static_cast<Partition>(shared_->partitions.size()); }
  Offset end_of(Partition p) const {
    return static_cast<Offset>(shared_->partitions[static_cast<std::size_t>(p)].size());
  }

  std::shared_ptr<Shared> shared_;
  Checkpoint checkpoint_;
  bool over_ = false;
  std::thread thread_;
};

MemoryEventLog::MemoryEventLog(Partition partitions) : partitions_(partitions), shared_(std::make_shared<Shared>()) {
  shared_->partitions.resize(static_cast<std::size_t>(partitions));
}

MemoryEventLog::~MemoryEventLog() = default;

void MemoryEventLog::append(Partition partition, Record record, AppendDone done) {
  // Taken at once, told by the log's own thread: as on the real logs, the tail may well be first.
  answers_.post([outcome = take(partition, std::move(record)), done = std::move(done)] { done(outcome); });
}

AppendOutcome MemoryEventLog::take(Partition partition, Record record) {
  const std::lock_guard lock(shared_->mutex);
  if (!shared_->reachable) return {.status = AppendOutcome::Status::NotAppended, .reason = kOutOfReach};
  Fault fault{.status = AppendOutcome::Status::Appended, .lands = true};
  if (!shared_->faults.empty()) {
    fault = shared_->faults.front();
    shared_->faults.pop_front();
  }
  auto& records = shared_->partitions[static_cast<std::size_t>(partition)];
  const Position position{.partition = partition, .offset = static_cast<Offset>(records.size())};
  const Instant now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  if (fault.lands) {
    records.push_back({.position = position, .log_time = now, .record = std::move(record)});
    shared_->changed.notify_all();
  }
  if (fault.status != AppendOutcome::Status::Appended) {
    return {.status = fault.status, .reason = "a fault that the test asked for"};
  }
  if (!fault.tells_position) return {.status = AppendOutcome::Status::Appended};
  return {.status = AppendOutcome::Status::Appended, .position = position, .log_time = now};
}

std::unique_ptr<Subscription> MemoryEventLog::follow(const Checkpoint& from, Follower& follower) {
  return std::make_unique<Tail>(shared_, from, follower);
}

void MemoryEventLog::end_of_log(std::vector<Partition> of, Deadline, EndDone done) {
  answers_.post([this, of = std::move(of), done = std::move(done)] {
    PositionVector end;
    {
      const std::lock_guard lock(shared_->mutex);
      for (const Partition p : of) {
        end.advance(p, static_cast<Offset>(shared_->partitions[static_cast<std::size_t>(p)].size()));
      }
    }
    if (!is_reachable()) return done(LogUnavailable{kOutOfReach});
    done(std::move(end));
  });
}

boost::system::result<std::optional<LogRecord>, LogUnavailable> MemoryEventLog::read(Position position, Deadline) {
  if (!is_reachable()) return LogUnavailable{kOutOfReach};
  const std::lock_guard lock(shared_->mutex);
  const auto& records = shared_->partitions[static_cast<std::size_t>(position.partition)];
  const auto index = static_cast<std::size_t>(position.offset);
  if (index >= records.size()) return std::optional<LogRecord>();
  return std::optional(records[index]);
}

bool MemoryEventLog::is_reachable() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->reachable;
}

void MemoryEventLog::fail_next_append(Fault fault) {
  const std::lock_guard lock(shared_->mutex);
  shared_->faults.push_back(fault);
}

void MemoryEventLog::hold_tail(bool held) {
  const std::lock_guard lock(shared_->mutex);
  shared_->tail_held = held;
  shared_->changed.notify_all();
}

void MemoryEventLog::set_reachable(bool reachable) {
  const std::lock_guard lock(shared_->mutex);
  shared_->reachable = reachable;
}

}  // namespace taskstream::events
