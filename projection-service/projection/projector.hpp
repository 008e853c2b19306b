#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "events/contract/envelope.hpp"
#include "events/fold/stream_fold.hpp"
#include "events/log/event_log.hpp"
#include "projection-service/projection/model_rows.hpp"
#include "projection-service/projection/task_change.hpp"

namespace taskstream::projection {

// What the records of one transaction came to. What services say to each other below `log/…` is not counted.
struct RecordCounts {
  std::uint64_t accepted = 0;
  std::uint64_t superseded = 0;
  std::uint64_t malformed = 0;
  std::uint64_t unfoldable = 0;  // of those accepted
};

// A position vector that the read model's rows hold, and the token that names it.
struct Committed {
  events::PositionVector positions;
  std::string token;
  events::PositionVector before = {};                             // what was committed until then
  std::optional<std::vector<TaskChange>> changes = std::nullopt;  // in between, in order; none = not collected
  RecordCounts records = {};                                      // in between, delivered again ones left out
  std::optional<std::chrono::nanoseconds> commit_took =
      std::nullopt;  // none = it was committed before, and is told again
};

// One accepted record, for whoever follows what becomes of a request. Good for the time of the call.
struct AppliedRecord {
  const events::LogRecord& record;
  const events::Envelope& envelope;
  bool folded = true;
};

// Hears what becomes of the projection, on the log's thread. Must not call the projector back.
class ProjectorListener {
 public:
  virtual ~ProjectorListener() = default;

  virtual void on_committed(Committed committed) = 0;
  // Whether the changes of the transaction that begins now are to be collected.
  virtual bool wants_changes() { return false; }
  // Before the transaction that applies it is committed, which may still fail.
  virtual void on_applied(const AppliedRecord&) {}
  // The read model could not be written. What was not committed is forgotten: follow again from checkpoint() after
  // start_over(). `damaged` = the file is broken, so trying again is in vain.
  virtual void on_write_failed(std::string reason, bool damaged) = 0;
  virtual void on_log_damaged(std::string message) = 0;
};

// Follows the log and keeps the read model: a batch's rows, its parked records and its position vector commit in one
// transaction, and only then is the vector told to anybody. While far behind, batches are merged into long
// transactions; near the end each is committed at once.
class Projector final : public events::Follower {
 public:
  struct Options {
    std::size_t batch_records = 4'000;
    std::size_t batch_bytes = 16 * 1024 * 1024;
    std::size_t cache_bytes = 64 * 1024 * 1024;
    events::Offset live_lag_records = 500;  // further behind than this = catching up
    ModelDigests* digests = nullptr;        // of all rows since the file was empty, kept for whoever verifies it
  };

  Projector(Writer& writer, events::Partition partitions, ProjectorListener& listener, Options options);
  Projector(Writer& writer, events::Partition partitions, ProjectorListener& listener)
      : Projector(writer, partitions, listener, Options{}) {}

  // Folds parked streams whose first parked record this software knows. Call before following.
  void refold_parked();
  // Tells the listener where the read model stands; for the start, when nothing new may come for long.
  void announce();
  // What is committed: where to follow from.
  events::Checkpoint checkpoint();
  // The log was seen to end here.
  void expect_end(const events::PositionVector& end);
  // Commits what waits for more records that do not come.
  void commit_if_idle(std::chrono::milliseconds idle);
  void start_over();

  void on_records(std::vector<events::LogRecord> records) override;
  void on_partition_end(events::Position end) override;
  void on_log_damaged(std::string message) override;

 private:
  template <class Work>
  void guarded(Work work);
  void apply(events::LogRecord& record);
  void quarantine(events::LogRecord& record, const events::Envelope& envelope, CachedStream& cached, std::string reason,
                  bool is_first);
  void collect(TaskChange change, events::Position position);
  void refold(const std::string& key);
  void open_transaction();
  void commit();
  bool is_catching_up();
  void count(const events::Envelope& envelope, const events::Applied& applied);

  Writer& writer_;
  const events::Partition partitions_;
  ProjectorListener& listener_;
  const Options options_;

  std::mutex mutex_;  // of all below: the log's thread works, others look in for a moment
  ModelRows rows_;
  events::Checkpoint working_;  // with what the open transaction holds
  events::Checkpoint committed_;
  bool open_ = false;  // a transaction
  bool failed_ = false;
  std::size_t pending_records_ = 0;
  std::size_t pending_bytes_ = 0;
  std::optional<std::vector<TaskChange>> changes_;  // of the open transaction, while somebody wants them
  std::size_t changes_bytes_ = 0;
  RecordCounts counts_;  // of the open transaction
  std::chrono::steady_clock::time_point last_batch_;

  std::mutex end_mutex_;
  events::PositionVector expected_end_;
};

}  // namespace taskstream::projection
