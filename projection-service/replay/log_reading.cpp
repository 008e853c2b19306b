#include "projection-service/replay/log_reading.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "events/log/end_of_all.hpp"

namespace taskstream::replay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kOpen{20};
constexpr std::chrono::milliseconds kLook{50};
// A log that says nothing for so long is out of reach.
constexpr std::chrono::seconds kSilence{30};

// Hands batches on until every partition has reached its end.
class ReaderToEnd final : public events::Follower {
 public:
  ReaderToEnd(const events::Checkpoint& from, const events::PositionVector& to, Progress& progress,
              const Interruption& interruption, const TakeRecords& take)
      : to_(to), progress_(progress), interruption_(interruption), take_(take), at_(from.positions()) {
    finished_ = at_.covers(to_);
  }

  void on_records(Records records) override {
    guarded([&] {
      std::erase_if(records, [&](const events::LogRecord& record) {
        return !to_.covers(record.position) || at_.covers(record.position);
      });
      events::PositionVector read = at_;
      for (const auto& record : records) read.advance(record.position.partition, record.position.offset + 1);
      const auto count = static_cast<std::int64_t>(records.size());
      if (count > 0) take_(std::move(records));
      progress_.add(count);
      advance(read);
    });
  }

  void on_partition_end(events::Position end) override {
    guarded([&] {
      events::PositionVector read = at_;
      read.advance(end.partition, end.offset);
      advance(read);
    });
  }

  void on_log_damaged(std::string message) override {
    guarded([&] { throw LogDamaged(message); });
  }

  void await_end(Progress& progress) {
    std::unique_lock lock(mutex_);
    while (!finished_) {
      changed_.wait_for(lock, kLook);
      progress.show();
      if (failure_) std::rethrow_exception(failure_);
      interruption_.throw_if_requested();
      if (!busy_ && Clock::now() - last_word_ > kSilence) {
        throw CannotUse("The log has said nothing for " + std::to_string(kSilence.count()) +
                        " s: is it reachable? Nothing was changed; run it again.");
      }
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  template <class Work>
  void guarded(Work work) {
    std::unique_lock lock(mutex_);
    last_word_ = Clock::now();
    if (finished_ || interruption_.requested()) return;
    busy_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    busy_ = false;
    last_word_ = Clock::now();
    if (failure) {
      failure_ = failure;
      finished_ = true;
    }
    changed_.notify_all();
  }

  void advance(const events::PositionVector& read) {
    const std::lock_guard lock(mutex_);
    at_ = read;
    finished_ = at_.covers(to_);
  }

  const events::PositionVector& to_;
  Progress& progress_;
  const Interruption& interruption_;
  const TakeRecords& take_;
  std::mutex mutex_;
  std::condition_variable changed_;
  events::PositionVector at_;  // written with the mutex held, by the log's thread alone
  bool finished_ = false;
  bool busy_ = false;
  std::exception_ptr failure_;
  Clock::time_point last_word_ = Clock::now();
};

}  // namespace

OpenedLog open_for_reading(const LogFlags& flags) {
  events::LogOptions options = flags.options;
  options.create = false;
  options.read_only = true;
  const auto deadline = Clock::now() + kOpen;
  try {
    OpenedLog opened{.log = events::open_log(flags.url, options, deadline), .end = {}};
    opened.end = events::end_of_all(*opened.log, deadline);
    return opened;
  } catch (const events::LogMissing& missing) {
    throw CannotUse(std::string(missing.what()) + " Name the log with --log; it is not made here.");
  }
}

events::LogIdentity identity_of(events::EventLog& log) {
  const auto identity = events::read_genesis(log, Clock::now() + kOpen);
  if (!identity)
    throw CannotUse("The log is empty: no command-service has opened it yet, so there is nothing to read.");
  return *identity;
}

void read_log(events::EventLog& log, const events::Checkpoint& from, const events::PositionVector& to,
              Progress& progress, Interruption& interruption, const TakeRecords& take) {
  ReaderToEnd reader(from, to, progress, interruption, take);
  const auto subscription = log.follow(from, reader);
  reader.await_end(progress);
}

std::int64_t records_between(const events::Checkpoint& from, const events::PositionVector& to) {
  std::int64_t count = 0;
  for (events::Partition p = 0; p < to.size(); ++p) count += std::max<std::int64_t>(0, to.next(p) - from.at(p).next);
  return count;
}

events::Checkpoint start_of(const std::vector<events::Partition>& wanted, const events::PositionVector& end) {
  std::vector<events::PartitionCheckpoint> partitions(static_cast<std::size_t>(end.size()));
  for (events::Partition p = 0; p < end.size(); ++p) {
    if (std::ranges::find(wanted, p) == wanted.end()) partitions[static_cast<std::size_t>(p)].next = end.next(p);
  }
  return events::Checkpoint(std::move(partitions));
}

}  // namespace taskstream::replay
