#include "tests/projection/read_model.hpp"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace taskstream::projection::testing {
namespace {

std::filesystem::path fresh_folder() {
  static std::atomic<int> count = 0;
  auto folder = std::filesystem::temp_directory_path() /
                ("taskstream-projection-" + std::to_string(getpid()) + "-" + std::to_string(++count));
  std::filesystem::remove_all(folder);
  return folder;
}

events::Uuid uuid(std::uint8_t family, std::uint8_t number) {
  return events::Uuid({family, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number});
}

}  // namespace

events::Instant at_second(std::int64_t second) {
  return events::Instant(std::chrono::seconds(1'800'000'000 + second));
}
events::TaskId task_id(std::uint8_t number) {
  return events::TaskId(uuid(0x10, number));
}
events::UserId user_id(std::uint8_t number) {
  return events::UserId(uuid(0x20, number));
}

events::RecordedEvent recorded(const events::StreamId& stream, std::int64_t version, events::Event event,
                               std::int64_t second) {
  events::Uuid::Bytes id{};
  const std::size_t hash = std::hash<std::string>()(stream.to_string()) + static_cast<std::size_t>(version) * 1'000'003;
  for (std::size_t i = 0; i < 8; ++i) id[i + 8] = static_cast<std::uint8_t>(hash >> (8 * i));
  return {.stream = stream,
          .id = events::EventId(events::make_uuid_v7(1'800'000'000'000 + version, id)),
          .version = {version},
          .context = {.source = "/taskstream/command-service/test", .time = at_second(second), .actor = "ada"},
          .event = std::move(event)};
}
events::RecordedEvent recorded(const events::TaskId& task, std::int64_t version, events::Event event,
                               std::int64_t second) {
  return recorded(events::StreamId::of(task), version, std::move(event), second);
}

ReadModel::ReadModel(Projector::Options options, events::Partition partitions)
    : folder(fresh_folder()),
      identity{.log_id = events::LogId(uuid(0x30, 1)),
               .partitions = partitions,
               .id_namespace = uuid(0x31, 1),
               .max_clock_skew_ms = 2'000},
      options_(options),
      ends_(static_cast<std::size_t>(partitions)) {
  reopen();
}

ReadModel::~ReadModel() {
  projector_.reset();
  writer_.reset();
  file_.reset();
  std::filesystem::remove_all(folder);
}

void ReadModel::reopen() {
  projector_.reset();
  writer_.reset();
  file_.reset();
  file_ = std::make_unique<ModelFile>(path());
  file_->adopt(identity);
  writer_ = std::make_unique<Writer>(*file_, identity.log_id);
  projector_ = std::make_unique<Projector>(*writer_, identity.partitions, *this, options_);
}

events::Position ReadModel::append(const events::RecordedEvent& event) {
  return append(events::to_record(event), events::partition_of(event.stream.to_string(), identity.partitions));
}

events::Position ReadModel::append(events::Record record, events::Partition partition) {
  const events::Position position{.partition = partition, .offset = ends_[static_cast<std::size_t>(partition)]++};
  log_.push_back({.position = position, .log_time = at_second(0), .record = std::move(record)});
  return position;
}

void ReadModel::deliver(std::size_t batch) {
  while (delivered_ < log_.size()) deliver_some(batch);
}

void ReadModel::deliver_some(std::size_t count) {
  std::vector<events::LogRecord> records;
  for (; count > 0 && delivered_ < log_.size(); --count) records.push_back(log_[delivered_++]);
  projector_->on_records(std::move(records));
}

void ReadModel::deliver_from(const events::PositionVector& from, std::size_t batch) {
  std::vector<events::LogRecord> records;
  for (const events::LogRecord& record : log_) {
    if (from.covers(record.position)) continue;
    records.push_back(record);
    if (records.size() == batch) projector_->on_records(std::exchange(records, {}));
  }
  if (!records.empty()) projector_->on_records(std::move(records));
  delivered_ = log_.size();
}

void ReadModel::follow(const ReadModel& other) {
  for (const events::LogRecord& record : other.log_) append(record.record, record.position.partition);
  deliver();
}

std::int64_t ReadModel::number(const std::string& sql) const {
  sqlite::Database database(path(), sqlite::Database::Mode::ReadOnly);
  return database.connection().execAndGet(sql).getInt64();
}

std::span<const char* const> dump_queries() {
  static constexpr const char* kQueries[] = {
      "SELECT partition, next, last_offset, last_id FROM positions ORDER BY partition",
      "SELECT token FROM snapshot",
      "SELECT key, version, last_time, quarantine_version, quarantine_reason, state FROM streams ORDER BY key",
      "SELECT hex(id), version, deleted, quarantined, status, priority, hex(assignee), due_date, created_at, "
      "updated_at, title, created_by, remind_at, lock_expires_at, body, change_partition, change_offset FROM tasks ORDER "
      "BY id",
      "SELECT key, hex(who), change_partition, change_offset, sight_lost.version FROM sight_lost JOIN streams USING "
      "(stream_no) ORDER BY key, who",
      "SELECT hex(id), version, quarantined, active, name, body FROM users ORDER BY id",
      "SELECT key, term FROM temp.task_terms JOIN streams ON stream_no = doc ORDER BY key, term",
      "SELECT key, term FROM temp.user_terms JOIN streams ON stream_no = doc ORDER BY key, term",
      "SELECT tag, key FROM task_tags JOIN streams USING (stream_no) ORDER BY tag, key",
      "SELECT key, history.version, time, item, history.state FROM history JOIN streams USING (stream_no) ORDER BY key, "
      "history.version",
      "SELECT partition, record_offset, reason, hex(parked_records.key), hex(headers), hex(value), streams.key FROM "
      "parked_records "
      "LEFT JOIN streams USING (stream_no) ORDER BY partition, record_offset"};
  return kQueries;
}

std::string dump_of(const std::filesystem::path& file) {
  sqlite::Database database(file, sqlite::Database::Mode::ReadOnly);
  database.execute(
      "CREATE VIRTUAL TABLE temp.task_terms USING fts5vocab(main, task_words, instance);"
      "CREATE VIRTUAL TABLE temp.user_terms USING fts5vocab(main, user_words, instance)");
  std::string text;
  for (const char* sql : dump_queries()) {
    SQLite::Statement select = database.prepare(sql);
    text += std::string("-- ") + sql + "\n";
    while (select.executeStep()) {
      for (int i = 0; i < select.getColumnCount(); ++i) text += select.getColumn(i).getString() + "|";
      text += "\n";
    }
  }
  return text;
}

}  // namespace taskstream::projection::testing
