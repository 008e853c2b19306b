#include "projection-service/readmodel/row_digests.hpp"

#include <algorithm>
#include <cstring>

#include "projection-service/readmodel/change_feed.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/headers_blob.hpp"
#include "projection-service/readmodel/parked_rows.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

// Mixes values eight bytes at a time. No defence against somebody who makes rows collide on purpose: it finds what was
// lost, doubled or damaged on the way.
class Hash {
 public:
  Hash& operator()(std::int64_t value) { return mix(static_cast<std::uint64_t>(value)), *this; }
  Hash& operator()(std::string_view text) {
    mix(text.size());
    for (; text.size() >= kWord; text.remove_prefix(kWord)) mix(word(text));
    if (!text.empty()) mix(word(text));
    return *this;
  }
  Hash& null() { return mix(kNull), *this; }
  template <class Value>
  Hash& operator()(const std::optional<Value>& value) {
    return value ? (*this)(*value) : null();
  }
  Hash& operator()(events::Instant instant) { return (*this)(std::int64_t{instant.time_since_epoch().count()}); }
  Hash& operator()(const events::Uuid& id) {
    return (*this)(std::string_view(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()));
  }
  std::uint64_t end() {
    mix(state_ >> 32);
    return state_;
  }

 private:
  static constexpr std::size_t kWord = 8;
  static constexpr std::uint64_t kNull = 0x9e3779b97f4a7c15;

  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), std::min(kWord, bytes.size()));
    return word;
  }
  void mix(std::uint64_t value) {
    state_ = (state_ ^ value) * 0xff51afd7ed558ccd;
    state_ ^= state_ >> 29;
  }

  std::uint64_t state_ = 0xcbf29ce484222325;
};

void add_task_columns(Hash& hash, const events::TaskState& task, events::Position changed_at) {
  hash(task.id.uuid())(task.version.value)(std::int64_t{task.deleted})(static_cast<std::int64_t>(task.status))(
      static_cast<std::int64_t>(task.priority));
  task.assignee_id ? hash(task.assignee_id->uuid()) : hash.null();
  hash(task.due_date)(reminder_of(task))(lock_end_of(task))(task.created_by)(task.created_at)(task.updated_at)(task.title);
  hash(std::int64_t{changed_at.partition})(changed_at.offset);
}

void add_user_columns(Hash& hash, const events::UserState& user) {
  hash(user.id.uuid())(user.version.value)(std::int64_t{user.active})(sort_name_of(user));
}

std::string_view bytes_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

// The columns of a row one after the other, as digest_of() takes the values that they were made from.
std::uint64_t digest_of_columns(SQLite::Statement& row) {
  Hash hash;
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column column = row.getColumn(i);
    if (column.isNull()) {
      hash.null();
    } else if (column.isInteger()) {
      hash(column.getInt64());
    } else {
      hash(bytes_of(column));
    }
  }
  return hash.end();
}

void add_rows(RowDigest& digest, sqlite::Database& database, const char* sql) {
  SQLite::Statement select = database.prepare(sql);
  while (select.executeStep()) digest.add(digest_of_columns(select));
}

// The columns that every stream has, then the text of its state, then those of its own table.
constexpr const char* kTasks =
    "SELECT stream_no, key, streams.version, last_time, quarantine_version, quarantine_reason, body, quarantined, id, "
    "tasks.version, deleted, status, priority, assignee, due_date, remind_at, lock_expires_at, created_by, created_at, "
    "updated_at, title, change_partition, change_offset FROM tasks JOIN streams USING (stream_no)";
constexpr const char* kUsers =
    "SELECT stream_no, key, streams.version, last_time, quarantine_version, quarantine_reason, body, quarantined, id, "
    "users.version, active, name FROM users JOIN streams USING (stream_no)";
constexpr const char* kOtherStreams =
    "SELECT stream_no, key, version, last_time, quarantine_version, quarantine_reason, state FROM streams WHERE "
    "stream_no NOT IN (SELECT stream_no FROM tasks UNION ALL SELECT stream_no FROM users)";
constexpr const char* kTags = "SELECT stream_no, tag FROM task_tags";
constexpr const char* kSights = "SELECT stream_no, who, change_partition, change_offset, version FROM sight_lost";
constexpr const char* kHistory = "SELECT stream_no, version, time, item, state FROM history";
constexpr const char* kParked =
    "SELECT partition, record_offset, log_time, stream_no, reason, key, headers, value FROM parked_records";

}  // namespace

std::uint64_t digest_of(const std::string& key, const StoredStream& stored) {
  const events::Stream& stream = stored.stream;
  Hash hash;
  hash(stored.no.value)(key)(stream.version.value)(stream.last_time);
  if (stream.quarantine) {
    hash(stream.quarantine->version.value)(stream.quarantine->reason);
  } else {
    hash.null().null();
  }
  const auto* task = std::get_if<events::TaskState>(&stream.state);
  const auto* user = std::get_if<events::UserState>(&stream.state);
  const bool has_own_row = task != nullptr || user != nullptr;
  const std::string text = state_text(stream.state, has_own_row ? stream.quarantine : std::nullopt);
  text.empty() ? hash.null() : hash(text);
  if (has_own_row) hash(std::int64_t{stream.quarantine.has_value()});
  if (task != nullptr) add_task_columns(hash, *task, stored.changed_at);
  if (user != nullptr) add_user_columns(hash, *user);
  return hash.end();
}

std::uint64_t digest_of_tag(const std::string& tag, StreamNo stream) {
  return Hash()(stream.value)(tag).end();
}

std::uint64_t digest_of(const SightLostRow& row) {
  Hash hash;
  hash(row.stream.value);
  row.member ? hash(row.member->uuid()) : hash(kEverybody);
  return hash(std::int64_t{row.at.partition})(row.at.offset)(row.version.value).end();
}

std::uint64_t digest_of(const HistoryRow& row) {
  return Hash()(row.stream.value)(row.version.value)(row.time)(row.item)(row.state).end();
}

std::uint64_t digest_of(const ParkedRow& row) {
  Hash hash;
  hash(std::int64_t{row.record.position.partition})(row.record.position.offset)(row.record.log_time);
  row.stream ? hash(row.stream->value) : hash.null();
  const std::string headers = to_blob(row.record.record.headers);
  return hash(row.reason)(row.record.record.key)(headers)(row.record.record.value).end();
}

ModelDigests read_digests(sqlite::Database& database) {
  ModelDigests digests;
  for (const char* sql : {kTasks, kUsers, kOtherStreams}) add_rows(digests.streams, database, sql);
  add_rows(digests.tags, database, kTags);
  add_rows(digests.sights, database, kSights);
  add_rows(digests.history, database, kHistory);
  add_rows(digests.parked, database, kParked);
  return digests;
}

}  // namespace taskstream::projection
