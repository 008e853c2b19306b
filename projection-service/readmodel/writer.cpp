#include "projection-service/readmodel/writer.hpp"

#include <algorithm>

#include "events/log/consistency_token.hpp"
#include "projection-service/readmodel/change_feed.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/headers_blob.hpp"
#include "projection-service/readmodel/parked_rows.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

// Binds one value after the other. Texts and blobs are not copied: they stay where they are until the statement has
// run.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  Binder& operator()(std::int64_t value) { return statement_.bind(++index_, value), *this; }
  Binder& operator()(StreamNo no) { return (*this)(no.value); }
  Binder& operator()(events::StreamVersion version) { return (*this)(version.value); }
  Binder& operator()(events::Instant instant) { return (*this)(std::int64_t{instant.time_since_epoch().count()}); }
  Binder& operator()(const std::string& text) { return statement_.bindNoCopy(++index_, text), *this; }
  Binder& operator()(const events::Uuid& id) {
    return blob({reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
  Binder& operator()(const events::UserId& id) { return (*this)(id.uuid()); }
  template <class Value>
  Binder& operator()(const std::optional<Value>& value) {
    return value ? (*this)(*value) : null();
  }
  Binder& blob(std::string_view bytes) {
    return statement_.bindNoCopy(++index_, bytes.data(), static_cast<int>(bytes.size())), *this;
  }
  Binder& null() { return statement_.bind(++index_), *this; }

  // Leaves the statement ready for the next time, even when it fails.
  void run() {
    try {
      statement_.exec();
    } catch (...) {
      statement_.tryReset();
      throw;
    }
    statement_.reset();
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

events::Instant instant_of(const SQLite::Column& column) {
  return events::Instant(std::chrono::microseconds(column.getInt64()));
}

// Columns that change with every event first, then those of the set.
std::string task_update_sql(unsigned changed) {
  std::string sql = "UPDATE tasks SET version = ?, quarantined = ?, updated_at = ?, body = ?, change_offset = ?";
  if ((changed & TaskColumns::kDeleted) != 0) sql += ", deleted = ?";
  if ((changed & TaskColumns::kStatus) != 0) sql += ", status = ?";
  if ((changed & TaskColumns::kPriority) != 0) sql += ", priority = ?";
  if ((changed & TaskColumns::kAssignee) != 0) sql += ", assignee = ?";
  if ((changed & TaskColumns::kDueDate) != 0) sql += ", due_date = ?";
  if ((changed & TaskColumns::kTitle) != 0) sql += ", title = ?";
  if ((changed & TaskColumns::kReminder) != 0) sql += ", remind_at = ?";
  if ((changed & TaskColumns::kLock) != 0) sql += ", lock_expires_at = ?";
  return sql + " WHERE stream_no = ?";
}

// In the order of task_update_sql().
void bind_columns(Binder& bind, const events::TaskState& task, unsigned changed) {
  if ((changed & TaskColumns::kDeleted) != 0) bind(std::int64_t{task.deleted});
  if ((changed & TaskColumns::kStatus) != 0) bind(static_cast<std::int64_t>(task.status));
  if ((changed & TaskColumns::kPriority) != 0) bind(static_cast<std::int64_t>(task.priority));
  if ((changed & TaskColumns::kAssignee) != 0) bind(task.assignee_id);
  if ((changed & TaskColumns::kDueDate) != 0) bind(task.due_date);
  if ((changed & TaskColumns::kTitle) != 0) bind(task.title);
  if ((changed & TaskColumns::kReminder) != 0) bind(reminder_of(task));
  if ((changed & TaskColumns::kLock) != 0) bind(lock_end_of(task));
}

// Version, times, quarantine, state, and the row's number at the end.
void put_stream(Binder& bind, StreamNo no, const events::Stream& stream) {
  bind(stream.version)(stream.last_time);
  if (stream.quarantine) {
    bind(stream.quarantine->version)(stream.quarantine->reason);
  } else {
    bind.null().null();
  }
  // A task's or a user's state is the body in their own row.
  const bool has_own_row = std::holds_alternative<events::TaskState>(stream.state) ||
                           std::holds_alternative<events::UserState>(stream.state);
  const std::string state = has_own_row ? std::string() : state_text(stream.state, std::nullopt);
  state.empty() ? bind.null() : bind(state);
  bind(no).run();
}

}  // namespace

Writer::Writer(ModelFile& file, const events::LogId& log)
    : database_(file.writer()),
      log_(log),
      begin_(database_.prepare("BEGIN IMMEDIATE")),
      commit_(database_.prepare("COMMIT")),
      rollback_(database_.prepare("ROLLBACK")),
      find_stream_(database_.prepare(
          "SELECT streams.stream_no, streams.version, last_time, quarantine_version, quarantine_reason, "
          "coalesce(tasks.body, users.body, state), coalesce(tasks.deleted, 0), coalesce(change_partition, 0), "
          "coalesce(change_offset, 0) FROM streams LEFT JOIN tasks ON "
          "tasks.stream_no = streams.stream_no LEFT JOIN users ON users.stream_no = streams.stream_no WHERE key = ?")),
      add_stream_(database_.prepare(
          "INSERT INTO streams (key, version, last_time, quarantine_version, quarantine_reason, state, "
          "stream_no) VALUES (?, ?, ?, ?, ?, ?, ?)")),
      update_stream_(database_.prepare(
          "UPDATE streams SET version = ?, last_time = ?, quarantine_version = ?, quarantine_reason = "
          "?, state = ? WHERE stream_no = ?")),
      add_task_(database_.prepare(
          "INSERT INTO tasks (id, created_by, created_at, change_partition, version, quarantined, updated_at, body, "
          "change_offset, deleted, status, priority, assignee, due_date, title, remind_at, lock_expires_at, stream_no) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      add_tag_(database_.prepare("INSERT INTO task_tags (tag, stream_no) VALUES (?, ?) ON CONFLICT DO NOTHING")),
      remove_tag_(database_.prepare("DELETE FROM task_tags WHERE tag = ? AND stream_no = ?")),
      put_user_(database_.prepare(
          "INSERT INTO users (id, version, quarantined, active, name, body, stream_no) VALUES (?, ?, ?, ?, ?, ?, ?) ON "
          "CONFLICT DO UPDATE SET version = excluded.version, quarantined = excluded.quarantined, active = "
          "excluded.active, name = excluded.name, body = excluded.body")),
      add_words_{database_.prepare("INSERT INTO task_words (rowid, words) VALUES (?, ?)"),
                 database_.prepare("INSERT INTO user_words (rowid, words) VALUES (?, ?)")},
      remove_words_{
          database_.prepare("INSERT INTO task_words (task_words, rowid, words) VALUES ('delete', ?, ?)"),
          database_.prepare("INSERT INTO user_words (user_words, rowid, words) VALUES ('delete', ?, ?)")},
      add_history_(database_.prepare("INSERT INTO history (stream_no, version, time, item, state) VALUES (?, ?, ?, ?, ?)")),
      lose_sight_(database_.prepare(
          "INSERT INTO sight_lost (stream_no, who, change_partition, change_offset, version) VALUES (?, ?, ?, ?, ?) "
          "ON CONFLICT DO UPDATE SET change_offset = excluded.change_offset, version = excluded.version")),
      sights_lost_(database_.prepare(
          "SELECT who, change_partition, change_offset, version FROM sight_lost WHERE stream_no = ?")),
      forget_lost_sights_(database_.prepare("DELETE FROM sight_lost WHERE stream_no = ?")),
      park_(database_.prepare(
          "INSERT INTO parked_records (partition, record_offset, log_time, stream_no, reason, key, headers, "
          "value) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      save_position_(database_.prepare(
          "INSERT INTO positions (partition, next, last_offset, last_id) VALUES (?, ?, ?, ?) ON CONFLICT "
          "DO UPDATE SET next = excluded.next, last_offset = excluded.last_offset, last_id = "
          "excluded.last_id")),
      save_token_(database_.prepare("UPDATE snapshot SET token = ?")) {
  saved_ = load_checkpoint();
}

events::Checkpoint Writer::load_checkpoint() {
  std::vector<events::PartitionCheckpoint> partitions;
  SQLite::Statement select = database_.prepare("SELECT partition, next, last_offset, last_id FROM positions");
  while (select.executeStep()) {
    const auto partition = static_cast<std::size_t>(select.getColumn(0).getInt64());
    if (partition >= partitions.size()) partitions.resize(partition + 1);
    partitions[partition] = {.next = select.getColumn(1).getInt64(),
                             .last_offset = select.getColumn(2).getInt64(),
                             .last_id = text_of(select.getColumn(3))};
  }
  return events::Checkpoint(std::move(partitions));
}

std::optional<StoredStream> Writer::find_stream(const std::string& key) {
  SQLite::Statement& select = find_stream_;
  select.tryReset();  // reset() would throw once more what the last use may have ended with
  select.bindNoCopy(1, key);
  if (!select.executeStep()) return std::nullopt;
  StoredStream stored{.no = {select.getColumn(0).getInt64()}, .stream = {}};
  events::Stream& stream = stored.stream;
  stream.version = {select.getColumn(1).getInt64()};
  if (!select.getColumn(2).isNull()) stream.last_time = instant_of(select.getColumn(2));
  if (!select.getColumn(3).isNull()) {
    stream.quarantine =
        events::Quarantine{.version = {select.getColumn(3).getInt64()}, .reason = text_of(select.getColumn(4))};
  }
  const std::string_view kind = std::string_view(key).substr(0, key.find('/'));
  stream.state = read_state_text(kind, text_of(select.getColumn(5)), select.getColumn(6).getInt() != 0);
  stored.changed_at = {.partition = select.getColumn(7).getInt(), .offset = select.getColumn(8).getInt64()};
  select.reset();
  return stored;
}

StreamNo Writer::next_stream_no() {
  return {database_.connection().execAndGet("SELECT coalesce(max(stream_no), 0) + 1 FROM streams").getInt64()};
}

std::vector<std::string> Writer::quarantined_streams() {
  std::vector<std::string> keys;
  SQLite::Statement select =
      database_.prepare("SELECT key FROM streams WHERE quarantine_version IS NOT NULL ORDER BY stream_no");
  while (select.executeStep()) keys.push_back(text_of(select.getColumn(0)));
  return keys;
}

std::vector<ParkedRow> Writer::parked_of(StreamNo stream) {
  std::vector<ParkedRow> rows;
  SQLite::Statement select = select_parked(database_, "stream_no = ?");
  select.bind(1, stream.value);
  while (select.executeStep()) rows.push_back(parked_row(select));
  return rows;
}

void Writer::begin() {
  Binder(begin_).run();
}

void Writer::add_stream(StreamNo no, const std::string& key, const events::Stream& stream) {
  Binder bind(add_stream_);
  bind(key);
  put_stream(bind, no, stream);
}

void Writer::update_stream(StreamNo no, const events::Stream& stream) {
  Binder bind(update_stream_);
  put_stream(bind, no, stream);
}

void Writer::add_task(StreamNo no, const events::Stream& stream, events::Position changed) {
  const auto& task = std::get<events::TaskState>(stream.state);
  const std::string body = state_text(stream.state, stream.quarantine);
  Binder bind(add_task_);
  bind(task.id.uuid())(task.created_by)(task.created_at)(std::int64_t{changed.partition})(task.version);
  bind(std::int64_t{stream.quarantine.has_value()})(task.updated_at)(body)(changed.offset);
  bind_columns(bind, task, TaskColumns::kAll);
  bind(no).run();
}

void Writer::update_task(StreamNo no, const events::Stream& stream, unsigned changed_columns,
                         events::Position changed) {
  const auto& task = std::get<events::TaskState>(stream.state);
  const std::string body = state_text(stream.state, stream.quarantine);
  auto& update = update_task_.at(changed_columns);
  if (!update) update.emplace(database_.prepare(task_update_sql(changed_columns)));
  Binder bind(*update);
  bind(task.version)(std::int64_t{stream.quarantine.has_value()})(task.updated_at)(body)(changed.offset);
  bind_columns(bind, task, changed_columns);
  bind(no).run();
}

void Writer::replace_tags(StreamNo no, const std::vector<std::string>& before, const std::vector<std::string>& after) {
  for (const std::string& tag : before) {
    if (std::ranges::find(after, tag) == after.end()) Binder(remove_tag_)(tag)(no).run();
  }
  for (const std::string& tag : after) {
    if (std::ranges::find(before, tag) == before.end()) Binder(add_tag_)(tag)(no).run();
  }
}

void Writer::put_user(StreamNo no, const events::Stream& stream) {
  const auto& user = std::get<events::UserState>(stream.state);
  const std::string body = state_text(stream.state, stream.quarantine);
  const std::string name = sort_name_of(user);
  Binder bind(put_user_);
  bind(user.id)(user.version)(std::int64_t{stream.quarantine.has_value()})(std::int64_t{user.active})(name)(body);
  bind(no).run();
}

void Writer::replace_words(Words of, StreamNo no, const std::optional<std::string>& before,
                           const std::optional<std::string>& after) {
  if (before == after) return;
  const auto index = static_cast<std::size_t>(of);
  if (before) Binder(remove_words_.at(index))(no)(*before).run();
  if (after) Binder(add_words_.at(index))(no)(*after).run();
}

void Writer::add_history(const HistoryRow& row) {
  Binder(add_history_)(row.stream)(row.version)(row.time)(row.item)(row.state).run();
}

void Writer::lose_sight(const SightLostRow& row) {
  // Whoever lost sight of it alone, earlier, is among everybody.
  if (!row.member) Binder(forget_lost_sights_)(row.stream).run();
  Binder bind(lose_sight_);
  bind(row.stream);
  row.member ? bind(*row.member) : bind.blob(kEverybody);
  bind(std::int64_t{row.at.partition})(row.at.offset)(row.version).run();
}

std::vector<SightLostRow> Writer::sights_lost(StreamNo no) {
  std::vector<SightLostRow> rows;
  const Use use(sights_lost_);
  sights_lost_.bind(1, no.value);
  while (sights_lost_.executeStep()) {
    const SQLite::Column who = sights_lost_.getColumn(0);
    rows.push_back({.stream = no,
                    .member = who.getBytes() == 0 ? std::nullopt : std::optional(events::UserId(uuid_of(who))),
                    .at = {.partition = sights_lost_.getColumn(1).getInt(), .offset = sights_lost_.getColumn(2).getInt64()},
                    .version = {sights_lost_.getColumn(3).getInt64()}});
  }
  return rows;
}

void Writer::park(const ParkedRow& row) {
  const std::string headers = to_blob(row.record.record.headers);
  Binder bind(park_);
  bind(std::int64_t{row.record.position.partition})(row.record.position.offset)(row.record.log_time)(row.stream)(
      row.reason);
  row.record.record.key ? bind.blob(*row.record.record.key) : bind.null();
  bind.blob(headers).blob(row.record.record.value).run();
}

void Writer::unpark(events::Position position) {
  SQLite::Statement remove = database_.prepare("DELETE FROM parked_records WHERE partition = ? AND record_offset = ?");
  Binder(remove)(std::int64_t{position.partition})(position.offset).run();
}

std::string Writer::commit(const events::Checkpoint& checkpoint) {
  for (events::Partition p = 0; p < checkpoint.size(); ++p) {
    const events::PartitionCheckpoint at = checkpoint.at(p);
    if (at == saved_.at(p)) continue;
    Binder(save_position_)(std::int64_t{p})(at.next)(at.last_offset)(at.last_id).run();
  }
  std::string token = events::encode_token(log_, checkpoint.positions());
  Binder(save_token_)(token).run();
  Binder(commit_).run();
  saved_ = checkpoint;
  return token;
}

void Writer::checkpoint_when_over(int wal_pages) {
  if (database_.wal_pages() >= wal_pages) database_.checkpoint();
}

void Writer::rollback() noexcept {
  // SQLite may have rolled back by itself, and there may have been nothing to roll back.
  rollback_.tryExecuteStep();
  rollback_.tryReset();
}

}  // namespace taskstream::projection
