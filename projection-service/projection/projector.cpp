#include "projection-service/projection/projector.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "projection-service/projection/project.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

// In the write-ahead log, before it is copied into the file.
constexpr int kPagesCatchingUp = 8'000;
constexpr int kPagesLive = 1'000;

// The task as its history keeps it, when this version is one of those that are kept.
std::optional<std::string> kept_whole(const events::Stream& stream) {
  if (stream.version.value % kVersionsPerState != 0) return std::nullopt;
  return state_text(stream.state, std::nullopt);
}
// Of one transaction's changes. Whoever follows them reads a longer one from the rows.
constexpr std::size_t kMaxChangesBytes = 4 * 1024 * 1024;

}  // namespace

Projector::Projector(Writer& writer, events::Partition partitions, ProjectorListener& listener, Options options)
    : writer_(writer), partitions_(partitions), listener_(listener), options_(options), cache_(options.cache_bytes) {
  start_over();
}

void Projector::start_over() {
  const std::lock_guard lock(mutex_);
  dirty_.clear();
  cache_.clear();
  next_no_ = writer_.next_stream_no();
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
  dirty_.clear();
  cache_.clear();
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
      if (enough || cache_.is_overfull()) commit();
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

CachedStream& Projector::load(const events::StreamId& id) {
  if (CachedStream* known = cache_.find(id.to_string())) return *known;
  CachedStream cached{.key = id.to_string()};
  if (auto stored = writer_.find_stream(cached.key)) {
    cached.no = stored->no;
    cached.has_row = true;
    cached.has_task_row = std::holds_alternative<events::TaskState>(stored->stream.state);
    if (options_.digests != nullptr) cached.stored_digest = digest_of(cached.key, *stored);
    cached.changed_at = stored->changed_at;
    cached.stream = std::move(stored->stream);
  }
  return cache_.add(std::move(cached));
}

void Projector::mark_dirty(CachedStream& cached, const events::State& before) {
  if (cached.dirty) return;
  cached.dirty = true;
  cached.stored_tags = listed_tags(before);
  if (!cached.has_row) cached.no = std::exchange(next_no_, StreamNo{next_no_.value + 1});
  dirty_.push_back(&cached);
}

void Projector::apply(events::LogRecord& record) {
  const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
  if (!envelope) {
    ++counts_.malformed;
    park({.record = std::move(record), .stream = std::nullopt, .reason = envelope.error().reason});
    return;
  }
  CachedStream& cached = load(envelope->stream);
  const events::State before = cached.stream.state;
  const bool was_quarantined = cached.stream.quarantine.has_value();
  const events::Applied applied = events::apply(cached.stream, *envelope, record.record);
  count(*envelope, applied);
  if (applied.verdict != events::Verdict::Accepted) return;
  listener_.on_applied({.record = record, .envelope = *envelope, .folded = !applied.parked});
  mark_dirty(cached, before);
  if (applied.parked) {
    quarantine(record, *envelope, cached, applied.reason, !was_quarantined);
    return;
  }
  note_text(cached, before);
  cached.user_changed = std::holds_alternative<events::UserState>(cached.stream.state);
  const auto* after = std::get_if<events::TaskState>(&cached.stream.state);
  if (after == nullptr) return;
  const auto* task_before = std::get_if<events::TaskState>(&before);
  cached.task_changed = true;
  cached.changed_at = record.position;
  cached.changed_columns |= task_before != nullptr ? changed_columns(*task_before, *after) : TaskColumns::kAll;
  const events::Instant time = *cached.stream.last_time;
  const HistoryRow row{.stream = cached.no,
                       .version = cached.stream.version,
                       .time = time,
                       .item = history_item(*applied.event, before, *after, time, record.position),
                       .state = kept_whole(cached.stream)};
  if (options_.digests != nullptr) options_.digests->history.add(digest_of(row));
  writer_.add_history(row);
  if (const auto lost = sight_lost(before, *after)) {
    lose_sight({.stream = cached.no, .member = lost->member, .at = record.position, .version = after->version});
  }
  if (changes_) collect(task_change(*applied.event, before, *after, time), record.position);
  cache_.weigh(cached);
}

void Projector::count(const events::Envelope& envelope, const events::Applied& applied) {
  if (envelope.stream.kind() == "log") return;
  const bool is_accepted = applied.verdict == events::Verdict::Accepted;
  ++(is_accepted ? counts_.accepted : counts_.superseded);
  if (applied.parked) ++counts_.unfoldable;
}

// What is lost by one member stands once for them; what everybody loses, for all.
void Projector::lose_sight(const SightLostRow& row) {
  if (options_.digests != nullptr) {
    for (const SightLostRow& replaced : writer_.sights_lost(row.stream)) {
      if (!row.member || replaced.member == row.member) options_.digests->sights.remove(digest_of(replaced));
    }
    options_.digests->sights.add(digest_of(row));
  }
  writer_.lose_sight(row);
}

void Projector::park(ParkedRow row) {
  if (options_.digests != nullptr) options_.digests->parked.add(digest_of(row));
  writer_.park(row);
}

// The body says from now on that it is quarantined; what comes later changes nothing more.
void Projector::quarantine(events::LogRecord& record, const events::Envelope& envelope, CachedStream& cached,
                           std::string reason, bool is_first) {
  const auto* task = std::get_if<events::TaskState>(&cached.stream.state);
  cached.user_changed |= is_first;
  if (is_first && task != nullptr) {
    cached.task_changed = true;
    cached.changed_at = record.position;
    if (changes_) collect(quarantine_change(envelope, *task, cached.stream), record.position);
  }
  park({.record = std::move(record), .stream = cached.no, .reason = std::move(reason)});
}

void Projector::collect(TaskChange change, events::Position position) {
  change.position = position;
  change.positions = working_.positions();
  changes_bytes_ += change.event.size() + change.changes.size() + change.task.size();
  changes_->push_back(std::move(change));
  if (changes_bytes_ > kMaxChangesBytes) changes_.reset();
}

// The first change of the text in a transaction knows what the rows have.
void Projector::note_text(CachedStream& cached, const events::State& before) {
  if (cached.text_changed || have_same_text(before, cached.stream.state)) return;
  cached.text_changed = true;
  cached.stored_text = searched_text(before);
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

// As its rows are going to be, instead of as they were.
void Projector::add_to_digests(CachedStream& cached) {
  ModelDigests& digests = *options_.digests;
  if (cached.has_row) digests.streams.remove(cached.stored_digest);
  cached.stored_digest =
      digest_of(cached.key, {.no = cached.no, .stream = cached.stream, .changed_at = cached.changed_at});
  digests.streams.add(cached.stored_digest);
  const auto unique = [](const std::vector<std::string>& tags) {
    return std::set<std::string>(tags.begin(), tags.end());
  };
  for (const std::string& tag : unique(cached.stored_tags)) digests.tags.remove(digest_of_tag(tag, cached.no));
  for (const std::string& tag : unique(listed_tags(cached.stream.state))) {
    digests.tags.add(digest_of_tag(tag, cached.no));
  }
}

void Projector::write_rows(CachedStream& cached) {
  if (options_.digests != nullptr) add_to_digests(cached);
  cached.has_row ? writer_.update_stream(cached.no, cached.stream)
                 : writer_.add_stream(cached.no, cached.key, cached.stream);
  cached.has_row = true;
  if (cached.task_changed && std::holds_alternative<events::TaskState>(cached.stream.state)) {
    cached.has_task_row ? writer_.update_task(cached.no, cached.stream, cached.changed_columns, cached.changed_at)
                        : writer_.add_task(cached.no, cached.stream, cached.changed_at);
    writer_.replace_tags(cached.no, cached.stored_tags, listed_tags(cached.stream.state));
    cached.has_task_row = true;
  }
  write_user_and_text(cached);
  cached.dirty = false;
  cached.task_changed = false;
  cached.changed_columns = 0;
  cached.stored_tags.clear();
  cache_.weigh(cached);
}

void Projector::write_user_and_text(CachedStream& cached) {
  const bool is_user = std::holds_alternative<events::UserState>(cached.stream.state);
  if (cached.user_changed && is_user) writer_.put_user(cached.no, cached.stream);
  if (cached.text_changed) {
    writer_.replace_words(is_user ? Words::OfUsers : Words::OfTasks, cached.no, cached.stored_text,
                          searched_text(cached.stream.state));
  }
  cached.user_changed = false;
  cached.text_changed = false;
  cached.stored_text.reset();
}

void Projector::commit() {
  open_transaction();
  const auto begin = std::chrono::steady_clock::now();
  for (CachedStream* cached : dirty_) write_rows(*cached);
  dirty_.clear();
  // The position commits together with the rows it explains: a crash can neither skip an event nor apply it twice.
  std::string token = writer_.commit(working_);
  open_ = false;
  pending_records_ = 0;
  pending_bytes_ = 0;
  events::PositionVector before = committed_.positions();
  committed_ = working_;
  cache_.shrink();
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
  const bool has_task_row = std::holds_alternative<events::TaskState>(stream.state);
  CachedStream& cached = cache_.add(
      {.key = key, .no = stored->no, .stream = std::move(stream), .has_row = true, .has_task_row = has_task_row});
  mark_dirty(cached, cached.stream.state);
  cached.task_changed = true;
  cached.user_changed = true;
  for (ParkedRow& row : parked) {
    writer_.unpark(row.record.position);
    apply(row.record);
  }
  commit();
}

}  // namespace taskstream::projection
