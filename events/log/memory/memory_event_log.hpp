#pragma once

#include <memory>
#include <vector>

#include "events/log/event_log.hpp"
#include "events/log/worker.hpp"

namespace taskstream::events {

// The log in memory, for tests. Each subscription has a thread of its own, as on the real ones. The hooks make it
// behave as a real log does on a bad day.
class MemoryEventLog final : public EventLog {
 public:
  explicit MemoryEventLog(Partition partitions);
  ~MemoryEventLog() override;

  Partition partitions() const override { return partitions_; }
  void append(Partition partition, Record record, AppendDone done) override;
  std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) override;
  void end_of_log(std::vector<Partition> of, Deadline deadline, EndDone done) override;
  boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position, Deadline deadline) override;
  bool is_reachable() const override;

  // ---- hooks
  // What an append is answered, whether or not its record lands.
  struct Fault {
    AppendOutcome::Status status = AppendOutcome::Status::Unknown;
    bool lands = false;
    bool tells_position = true;  // with Appended
  };
  // Once for each append to come, in order.
  void fail_next_append(Fault fault);
  // While held, followers get nothing.
  void hold_tail(bool held);
  // While out of reach, appends are refused and questions fail.
  void set_reachable(bool reachable);

 private:
  class Tail;
  struct Shared;

  AppendOutcome take(Partition partition, Record record);

  Partition partitions_;
  std::shared_ptr<Shared> shared_;
  Worker answers_;
};

}  // namespace taskstream::events
