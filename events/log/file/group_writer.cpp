#include "events/log/file/group_writer.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace taskstream::events {
namespace {

AppendOutcome not_appended(std::string reason) {
  return {.status = AppendOutcome::Status::NotAppended, .reason = std::move(reason)};
}

void tell_all(auto& group, const AppendOutcome& outcome) {
  for (auto& waiting : group) waiting.done(outcome);
}

int note_journal_pages(void* noted, sqlite3*, const char*, int pages) {
  *static_cast<int*>(noted) = pages;
  return SQLITE_OK;
}

}  // namespace

GroupWriter::GroupWriter(const std::string& path, std::chrono::milliseconds message_timeout)
    : path_(path),
      message_timeout_(message_timeout),
      file_(LogFile::open(path)),
      file_lock_(path),
      insert_(file_.database(),
              "INSERT INTO records (record_offset, log_time, key, headers, value) VALUES (?, ?, ?, ?, ?)"),
      bell_(path) {
  sqlite3_wal_hook(file_.database().getHandle(), &note_journal_pages, &journal_pages_);
  thread_ = std::thread([this] { run(); });
}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    wake_.notify_all();
  }
  thread_.join();
  tell_all(waiting_, not_appended("the log is being closed"));
}

void GroupWriter::append(Record record, EventLog::AppendDone done) {
  std::string refusal = "the queue of the log is full";
  {
    const std::lock_guard lock(mutex_);
    if (!is_working_) {
      refusal = stopped_because_;
    } else if (waiting_.size() < kWaitingAtMost) {
      waiting_.push_back({.record = std::move(record),
                          .done = std::move(done),
                          .deadline = std::chrono::steady_clock::now() + message_timeout_});
      if (waiting_.size() == 1) wake_.notify_one();
      return;
    }
  }
  done(not_appended(std::move(refusal)));
}

void GroupWriter::run() {
  for (Group group = take_group(); !group.empty(); group = take_group()) {
    append_group(std::move(group));
    checkpoint_if_long();
  }
}

// Blocks until something waits. Empty when the log is being closed.
GroupWriter::Group GroupWriter::take_group() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return over_ || !waiting_.empty(); });
  if (over_) return {};
  if (waiting_.size() <= kGroupAtMost) return std::exchange(waiting_, {});
  const auto middle = waiting_.begin() + kGroupAtMost;
  Group group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(middle));
  waiting_.erase(waiting_.begin(), middle);
  return group;
}

void GroupWriter::append_group(Group group) {
  if (!is_working_) return tell_all(group, not_appended(stopped_because_));
  refuse_late(group);
  if (group.empty()) return;
  Offset first = 0;
  Instant time;
  {
    const std::unique_lock held(file_lock_, group.front().deadline);
    if (!held) return tell_all(group, not_appended("another process holds the log's lock"));
    if (!file_.is_in_place()) {
      return tell_all(group, stop(AppendOutcome::Status::NotAppended, "the file was deleted or replaced"));
    }
    if (const auto refused = insert(group, first, time)) return tell_all(group, *refused);
    const auto begin = std::chrono::steady_clock::now();
    const AppendOutcome outcome = commit();
    note_commit(std::chrono::steady_clock::now() - begin);
    if (outcome.status != AppendOutcome::Status::Appended) return tell_all(group, outcome);
  }
  bell_.ring();
  for (Waiting& waiting : group) {
    waiting.done({.status = AppendOutcome::Status::Appended,
                  .position = Position{.partition = 0, .offset = first++},
                  .log_time = time});
  }
}

// All wait equally long, so those that waited for too long are at the front.
void GroupWriter::refuse_late(Group& group) {
  const auto in_time = std::ranges::find_if(
      group, [now = std::chrono::steady_clock::now()](const Waiting& waiting) { return waiting.deadline > now; });
  for (auto late = group.begin(); late != in_time; ++late) {
    late->done(not_appended("it waited in the queue of the log for too long"));
  }
  group.erase(group.begin(), in_time);
}

// Everything up to the commit: what fails here is undone, and so was not appended.
std::optional<AppendOutcome> GroupWriter::insert(Group& group, Offset& first, Instant& time) {
  try {
    file_.database().exec("BEGIN IMMEDIATE");
    const LogFile::End end = file_.end();
    first = end.next;
    const Instant now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    time = std::max(now, end.last_time);  // a clock that was set back must not show in the log
    Offset offset = first;
    for (Waiting& waiting : group) {
      encode_headers(waiting.record.headers, header_bytes_);
      insert_.bind(1, offset++);
      insert_.bind(2, static_cast<std::int64_t>(time.time_since_epoch().count()));
      if (waiting.record.key) {
        insert_.bindNoCopy(3, waiting.record.key->data(), static_cast<int>(waiting.record.key->size()));
      } else {
        insert_.bind(3);
      }
      insert_.bindNoCopy(4, header_bytes_.data(), static_cast<int>(header_bytes_.size()));
      insert_.bindNoCopy(5, waiting.record.value.data(), static_cast<int>(waiting.record.value.size()));
      insert_.exec();
      insert_.reset();
    }
    return std::nullopt;
  } catch (const SQLite::Exception& error) {
    insert_.tryReset();
    if (sqlite3_get_autocommit(file_.database().getHandle()) == 0) file_.database().tryExec("ROLLBACK");
    return not_appended(error.what());
  }
}

// Busy and full say that nothing was committed. After anything else the disk may or may not hold the commit.
AppendOutcome GroupWriter::commit() {
  const int code = file_.database().tryExec("COMMIT");
  if (code == SQLITE_OK) return {.status = AppendOutcome::Status::Appended};
  std::string reason = file_.database().getErrorMsg();
  if (sqlite3_get_autocommit(file_.database().getHandle()) == 0) file_.database().tryExec("ROLLBACK");
  if (code == SQLITE_BUSY || code == SQLITE_FULL) return not_appended(std::move(reason));
  return stop(AppendOutcome::Status::Unknown, "the commit failed (" + reason + "), and what it did cannot be known");
}

void GroupWriter::note_commit(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  commits_.note(took);
}

Durations GroupWriter::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

std::size_t GroupWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

// Ends this writer. Returns what the group under way is told; whatever comes later is refused for the same reason.
AppendOutcome GroupWriter::stop(AppendOutcome::Status status, std::string reason) {
  spdlog::error("log file:{}: {}; nothing is appended until a restart", path_, reason);
  const std::lock_guard lock(mutex_);
  stopped_because_ = "the log stopped appending: " + reason;
  is_working_ = false;
  return {.status = status, .reason = std::move(reason)};
}

// Moves the journal's pages into the file, so that the next commit can start the journal over. At first without waiting
// for readers, whose snapshots are short. Where always one of them was in the way, so that the journal grew on, it
// waits for those who are reading now: a moment, for one that stands still must not hold up the writers.
void GroupWriter::checkpoint_if_long() {
  if (journal_pages_ < checkpointed_pages_) checkpointed_pages_ = 0;  // the journal has started over
  const bool grew_on = checkpointed_pages_ > 0;
  const int at_pages = grew_on ? kCheckpointAgainAtPages : kCheckpointAtPages;
  if (journal_pages_ - checkpointed_pages_ < at_pages || !is_working_) return;
  const std::unique_lock held(file_lock_, std::chrono::steady_clock::now() + message_timeout_ / 4);
  if (!held) return;
  file_.database().setBusyTimeout(kWaitForReadersMs);
  sqlite3_wal_checkpoint_v2(file_.database().getHandle(), nullptr,
                            grew_on ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  file_.database().setBusyTimeout(LogFile::kBusyTimeoutMs);
  checkpointed_pages_ = journal_pages_;
}

}  // namespace taskstream::events
