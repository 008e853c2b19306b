#include "projection-service/projection/projector.hpp"

#include <algorithm>
#include <utility>

#include "projection-service/projection/project.hpp"

namespace taskstream::projection {
namespace {

// In the write-ahead log, before it is copied into the file.
constexpr int kPagesCatchingUp = 8'000;
constexpr int kPagesLive = 1'000;

// Of one transaction's changes. Whoever follows them reads a longer one from the rows.
constexpr std::size_t kMaxChangesBytes = 4 * 1024 * 1024;

}  // namespace

Projector::Projector(Writer& writer, events::Partition partitions, ProjectorListener& listener, Options options)
    : writer_(writer),
      partitions_(partitions),
      listener_(listener),
      options_(options),
      rows_(writer, options.cache_bytes, options.digests) {
  start_over();
}

void Projector::start_over() {
  const std::lock_guard lock(mutex_);
  rows_.start_over();
  committed_ = writer_.load_checkpoint();
  working_ = committed_;
  pending_records_ = 0;
  pending_bytes_ = 0;
  failed_ = false;
}

void Projector::announce() {
  const std::lock_guard lock(mutex_);
  guarded([&] { commit(); });
}

events::Checkpoint Projector::checkpoint() {
  const std::lock_guard lock(mutex_);
  return committed_;
}

void Projector::expect_end(const events::PositionVector& end) {
  const std::lock_guard lock(end_mutex_);
  expected_end_.advance(end);
}

bool Projector::is_catching_up() {
  const std::lock_guard lock(end_mutex_);
  return working_.positions().lag_behind(expected_end_) > options_.live_lag_records;
}

// Nothing of a transaction that failed is kept, neither rows nor what they were made from: the log is read again.
template <class Work>
void Projector::guarded(Work work) {
  if (failed_) return;
  std::string reason;
  bool damaged = false;
  try {
    work();
    return;
  } catch (const SQLite::Exception& e) {
    reason = e.what();
    damaged = sqlite::means_damage(e);
  } catch (const std::exception& e) {
    reason = e.what();
  }
  writer_.rollback();
  open_ = false;
  failed_ = true;
  rows_.forget();
  listener_.on_write_failed(std::move(reason), damaged);
}

void Projector::on_records(std::vector<events::LogRecord> records) {
  const std::lock_guard lock(mutex_);
  guarded([&] {
    for (events::LogRecord& record : records) {
      // Delivered before: it has been counted, and the position never goes back.
      if (record.position.offset < working_.at(record.position.partition).next) continue;
      open_transaction();
      pending_records_ += 1;
      pending_bytes_ += record.record.value.size();
      working_.advance(record);
      apply(record);
      const bool enough = pending_records_ >= options_.batch_records || pending_bytes_ >= options_.batch_bytes;
      if (enough || rows_.is_overfull()) commit();
    }
    last_batch_ = std::chrono::steady_clock::now();
    if (open_ && !is_catching_up()) commit();
  });
}

void Projector::on_partition_end(events::Position end) {
  const std::lock_guard lock(mutex_);
  guarded([&] {
    if (end.offset > working_.at(end.partition).next) {
      open_transaction();
      working_.advance_to_end(end);
    }
    if (open_) commit();
  });
}

void Projector::on_log_damaged(std::string message) {
  listener_.on_log_damaged(std::move(message));
}

void Projector::commit_if_idle(std::chrono::milliseconds idle) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || !open_ || std::chrono::steady_clock::now() - last_batch_ < idle) return;
  guarded([&] { commit(); });
}

void Projector::apply(events::LogRecord& record) {
  const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
  if (!envelope) {
    ++counts_.malformed;
    rows_.park({.record = std::move(record), .stream = std::nullopt, .reason = envelope.error().reason});
    return;
  }
  CachedStream& cached = rows_.load(envelope->stream);
  const events::State before = cached.stream.state;
  const bool was_quarantined = cached.stream.quarantine.has_value();
  const events::Applied applied = events::apply(cached.stream, *envelope, record.record);
  count(*envelope, applied);
  if (applied.verdict != events::Verdict::Accepted) return;
  listener_.on_applied({.record = record, .envelope = *envelope, .folded = !applied.parked});
  rows_.note_version(cached, before);
  if (applied.parked) {
    quarantine(record, *envelope, cached, applied.reason, !was_quarantined);
    return;
  }
  rows_.note_event(cached, before, *applied.event, record.position);
  const auto* after = std::get_if<events::TaskState>(&cached.stream.state);
  if (changes_ && after != nullptr) {
    collect(task_change(*applied.event, before, *after, *cached.stream.last_time), record.position);
  }
}

void Projector::count(const events::Envelope& envelope, const events::Applied& applied) {
  if (envelope.stream.kind() == "log") return;
  const bool is_accepted = applied.verdict == events::Verdict::Accepted;
  ++(is_accepted ? counts_.accepted : counts_.superseded);
  if (applied.parked) ++counts_.unfoldable;
}

// What comes later changes nothing more.
void Projector::quarantine(events::LogRecord& record, const events::Envelope& envelope, CachedStream& cached,
                           std::string reason, bool is_first) {
  const auto* task = std::get_if<events::TaskState>(&cached.stream.state);
  if (is_first) rows_.note_quarantine(cached, record.position);
  if (is_first && task != nullptr && changes_) {
    collect(quarantine_change(envelope, *task, cached.stream), record.position);
  }
  rows_.park({.record = std::move(record), .stream = cached.no, .reason = std::move(reason)});
}

void Projector::collect(TaskChange change, events::Position position) {
  change.position = position;
  change.positions = working_.positions();
  changes_bytes_ += change.event.size() + change.changes.size() + change.task.size();
  changes_->push_back(std::move(change));
  if (changes_bytes_ > kMaxChangesBytes) changes_.reset();
}

void Projector::open_transaction() {
  if (open_) return;
  writer_.begin();
  open_ = true;
  changes_bytes_ = 0;
  counts_ = {};
  changes_.reset();
  if (listener_.wants_changes()) changes_.emplace();
}

void Projector::commit() {
  open_transaction();
  const auto begin = std::chrono::steady_clock::now();
  rows_.write();
  // The position commits together with the rows it explains: a crash can neither skip an event nor apply it twice.
  std::string token = writer_.commit(working_);
  open_ = false;
  pending_records_ = 0;
  pending_bytes_ = 0;
  events::PositionVector before = committed_.positions();
  committed_ = working_;
  rows_.shrink();
  listener_.on_committed({.positions = committed_.positions(),
                          .token = std::move(token),
                          .before = std::move(before),
                          .changes = std::exchange(changes_, std::nullopt),
                          .records = std::exchange(counts_, {}),
                          .commit_took = std::chrono::steady_clock::now() - begin});
  // Only now, for it waits for the disk, and readers wait for what was committed. Little and often while live, so that
  // the next records do not wait long either.
  writer_.checkpoint_when_over(is_catching_up() ? kPagesCatchingUp : kPagesLive);
}

void Projector::refold_parked() {
  const std::lock_guard lock(mutex_);
  guarded([&] {
    for (const std::string& key : writer_.quarantined_streams()) refold(key);
  });
}

void Projector::refold(const std::string& key) {
  auto stored = writer_.find_stream(key);
  auto parked = writer_.parked_of(stored->no);
  if (parked.empty()) return;
  events::Stream stream = std::move(stored->stream);
  stream.version = {stream.quarantine->version.value - 1};
  stream.quarantine.reset();

  const events::LogRecord& first = parked.front().record;
  const auto envelope = events::read_envelope(first.record, first.position.partition, partitions_);
  events::Stream trial = stream;
  if (!envelope || events::apply(trial, *envelope, first.record).parked) return;  // still unknown

  open_transaction();
  rows_.restore(key, stored->no, std::move(stream));
  for (ParkedRow& row : parked) {
    writer_.unpark(row.record.position);
    apply(row.record);
  }
  commit();
}

}  // namespace taskstream::projection
