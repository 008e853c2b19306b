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

}  // namespace

GroupWriter::GroupWriter(const std::string& path, std::chrono::milliseconds message_timeout)
    : path_(path),
      message_timeout_(message_timeout),
      file_(LogFile::open(path)),
      insert_(file_.database(),
              "INSERT INTO records (record_offset, log_time, key, headers, value) VALUES (?, ?, ?, ?, ?)"),
      bell_(path),
      last_time_(file_.last_time()),
      thread_([this] { run(); }) {}

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
  if (!is_working_)
    return done(not_appended("the disk failed at an earlier commit; restart the service once it is sound"));
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kWaitingAtMost && !over_) {
      waiting_.push_back({.record = std::move(record),
                          .done = std::move(done),
                          .deadline = std::chrono::steady_clock::now() + message_timeout_});
      if (waiting_.size() == 1) wake_.notify_one();
      return;
    }
  }
  done(not_appended("the queue of the log is full"));
}

void GroupWriter::run() {
  for (Group group = take_group(); !group.empty(); group = take_group()) append_group(std::move(group));
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
  if (!is_working_) return tell_all(group, not_appended("the disk failed at an earlier commit"));
  // All wait equally long, so those that waited for too long are at the front.
  const auto in_time = std::ranges::find_if(
      group, [now = std::chrono::steady_clock::now()](const Waiting& waiting) { return waiting.deadline > now; });
  for (auto late = group.begin(); late != in_time; ++late) {
    late->done(not_appended("it waited in the queue of the log for too long"));
  }
  group.erase(group.begin(), in_time);
  if (group.empty()) return;

  Offset first = 0;
  Instant time;
  {
    const auto lock = FileLock::acquire(path_, group.front().deadline);
    if (!lock) return tell_all(group, not_appended("another process holds the log's lock"));
    if (auto refused = insert(group, first, time)) return tell_all(group, *refused);
    const AppendOutcome outcome = commit();
    if (outcome.status != AppendOutcome::Status::Appended) return tell_all(group, outcome);
    checkpoint_if_long();
  }
  bell_.ring();
  for (Waiting& waiting : group) {
    waiting.done({.status = AppendOutcome::Status::Appended,
                  .position = Position{.partition = 0, .offset = first++},
                  .log_time = time});
  }
}

// Everything up to the commit: what fails here is undone, and so was not appended.
std::optional<AppendOutcome> GroupWriter::insert(Group& group, Offset& first, Instant& time) {
  try {
    file_.database().exec("BEGIN IMMEDIATE");
    first = file_.end();
    const Instant now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    // Another process may have appended meanwhile, with a clock of the same machine; only a clock set back is evened
    // out.
    time = last_time_ = std::max(now, last_time_);
    Offset offset = first;
    for (Waiting& waiting : group) {
      const std::string headers = encode_headers(waiting.record.headers);
      insert_.bind(1, offset++);
      insert_.bind(2, static_cast<std::int64_t>(time.time_since_epoch().count()));
      if (waiting.record.key) {
        insert_.bindNoCopy(3, waiting.record.key->data(), static_cast<int>(waiting.record.key->size()));
      } else {
        insert_.bind(3);
      }
      insert_.bindNoCopy(4, headers.data(), static_cast<int>(headers.size()));
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
  is_working_ = false;
  spdlog::error("log file:{}: the commit failed ({}); appending stops, because it cannot be known what it did", path_,
                reason);
  return {.status = AppendOutcome::Status::Unknown, .reason = std::move(reason)};
}

// Moves the journal's pages into the file, under the lock that also covers commits.
void GroupWriter::checkpoint_if_long() {
  if (file_.wal_bytes() < kCheckpointAtBytes) return;
  sqlite3_wal_checkpoint_v2(file_.database().getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

}  // namespace taskstream::events
