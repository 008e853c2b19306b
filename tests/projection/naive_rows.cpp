#include "tests/projection/naive_rows.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "events/fold/state_json.hpp"
#include "events/log/consistency_token.hpp"
#include "projection-service/projection/project.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/headers_blob.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 0xf]};
  }
  return text;
}

std::string hex(const events::Uuid& id) {
  return hex(std::string_view(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()));
}

std::string micros(events::Instant instant) {
  return std::to_string(instant.time_since_epoch().count());
}

// Without a state before, what is empty has not changed.
Json changes(const events::State& before, const events::TaskState& after) {
  constexpr const char* kFields[] = {"title", "description", "status",  "priority",     "tags",
                                     "assigneeId", "dueDate", "warningOffset", "lock"};
  const auto* task = std::get_if<events::TaskState>(&before);
  const Json is = Json::parse(events::task_json(after));
  const Json was = task != nullptr ? Json::parse(events::task_json(*task)) : Json{{"tags", Json::array()}};
  Json changes = Json::object();
  for (const char* field : kFields) {
    const Json from = was.value(field, Json(nullptr));
    if (from == is[field]) continue;
    changes[field] = {{"from", task != nullptr ? from : Json(nullptr)}, {"to", is[field]}};
  }
  return changes;
}

std::string reason_in(const events::Record& record) {
  const Json data = Json::parse(record.value);
  return data.contains("reason") ? data["reason"].get<std::string>() : std::string();
}

Json item_of(const events::RecordedEvent& event, const events::LogRecord& record, const events::State& before,
             const events::Stream& after) {
  Json item{{"version", event.version.value},
            {"eventId", event.id.to_string()},
            {"type", events::type_of(event.event)},
            {"time", events::format_instant(*after.last_time)},
            {"actor", event.context.actor}};
  if (Json::parse(record.record.value).contains("reason")) item["reason"] = reason_in(record.record);
  item["changes"] = changes(before, std::get<events::TaskState>(after.state));
  item["position"] = {{"partition", record.position.partition}, {"offset", record.position.offset}};
  return item;
}

// Users have rows of their own.
std::string state_of_others(const events::State& state) {
  const auto* email = std::get_if<events::EmailState>(&state);
  if (email == nullptr) return {};
  const Json claimed_by = email->claimed_by ? Json(email->claimed_by->to_string()) : Json(nullptr);
  return Json{{"claimedBy", claimed_by}, {"userVersion", email->user_version.value}}.dump();
}

template <class Value>
std::string or_nothing(const std::optional<Value>& value) {
  return value ? micros(*value) : std::string();
}

std::string line_of_user(const events::UserState& user, const std::optional<events::Quarantine>& quarantine) {
  return hex(user.id.uuid()) + "|" + std::to_string(user.version.value) + (quarantine ? "|1|" : "|0|") +
         (user.active ? "1|" : "0|") + user.last_name + "\x01" + user.first_name + "|" +
         events::user_json(user, quarantine) + "|\n";
}

std::string line_of_task(const events::TaskState& task, const std::optional<events::Quarantine>& quarantine,
                         events::Position changed_at) {
  std::optional<events::Instant> reminder;
  if (task.due_date && task.warning_offset_minutes) {
    reminder = *task.due_date - std::chrono::minutes(*task.warning_offset_minutes);
  }
  const auto lock_end = task.lock ? std::optional(task.lock->expires_at) : std::nullopt;
  return hex(task.id.uuid()) + "|" + std::to_string(task.version.value) + "|" + (task.deleted ? "1|" : "0|") +
         (quarantine ? "1|" : "0|") + std::to_string(static_cast<int>(task.status)) + "|" +
         std::to_string(static_cast<int>(task.priority)) + "|" +
         (task.assignee_id ? hex(task.assignee_id->uuid()) : std::string()) + "|" +
         (task.due_date ? micros(*task.due_date) : std::string()) + "|" + micros(task.created_at) + "|" +
         micros(task.updated_at) + "|" + task.title + "|" + task.created_by + "|" + or_nothing(reminder) + "|" +
         or_nothing(lock_end) + "|" + events::task_json(task, quarantine) + "|" + std::to_string(changed_at.partition) +
         "|" + std::to_string(changed_at.offset) + "|\n";
}

}  // namespace

void NaiveRows::park(const events::LogRecord& record, const std::string& reason, const std::string& stream) {
  parked_[record.position] = reason + "|" + hex(record.record.key.value_or("")) + "|" +
                             hex(to_blob(record.record.headers)) + "|" + hex(record.record.value) + "|" + stream;
}

void NaiveRows::apply(const events::LogRecord& record) {
  checkpoint_.advance(record);
  const auto envelope = events::read_envelope(record.record, record.position.partition, identity_.partitions);
  if (!envelope) return park(record, envelope.error().reason, "");
  const std::string key = envelope->stream.to_string();
  events::Stream stream = streams_[key];
  const events::State before = stream.state;
  const events::Applied applied = events::apply(stream, *envelope, record.record);
  if (applied.verdict != events::Verdict::Accepted) {
    if (stream.version.value == 0) streams_.erase(key);
    return;
  }
  streams_[key] = stream;
  const auto* task = std::get_if<events::TaskState>(&stream.state);
  if (applied.parked) {
    // The first one marks the body, and so changes it.
    if (stream.quarantine->version == stream.version) changed_at_[key] = record.position;
    return park(record, applied.reason, key);
  }
  if (task == nullptr) return;
  changed_at_[key] = record.position;
  lose_sight(key, before, *task, record.position);
  const std::string kept = stream.version.value % 64 == 0 ? events::task_json(*task) : std::string();
  history_[key].push_back(key + "|" + std::to_string(stream.version.value) + "|" + micros(*stream.last_time) + "|" +
                          item_of(*applied.event, record, before, stream).dump() + "|" + kept + "|\n");
}

void NaiveRows::lose_sight(const std::string& key, const events::State& before, const events::TaskState& after,
                           events::Position at) {
  const auto lost = sight_lost(before, after);
  if (!lost) return;
  auto& of_task = lost_[key];
  if (!lost->member) of_task.clear();
  of_task[lost->member ? hex(lost->member->uuid()) : ""] = {.at = at, .version = after.version.value};
}

// Under which words streams of this kind are found, by an index that is made at once and from the last texts alone.
std::string NaiveRows::terms(std::string_view kind) const {
  sqlite::Database database(":memory:", sqlite::Database::Mode::ReadWrite);
  database.execute(
      "CREATE TABLE keys (no INTEGER PRIMARY KEY, key TEXT); CREATE VIRTUAL TABLE found USING fts5 (words, tokenize = "
      "'unicode61 remove_diacritics 2'); CREATE VIRTUAL TABLE terms USING fts5vocab(found, instance)");
  SQLite::Statement add_key = database.prepare("INSERT INTO keys VALUES (?, ?)");
  SQLite::Statement add_words = database.prepare("INSERT INTO found (rowid, words) VALUES (?, ?)");
  std::int64_t no = 0;
  for (const auto& [key, stream] : streams_) {
    const auto text = searched_text(stream.state);
    if (!text || !key.starts_with(kind)) continue;
    ++no;
    for (SQLite::Statement* add : {&add_key, &add_words}) {
      add->bind(1, no);
      add->bind(2, add == &add_key ? key : *text);
      add->exec();
      add->reset();
    }
  }
  std::string lines;
  SQLite::Statement select = database.prepare("SELECT DISTINCT key, term FROM terms JOIN keys ON no = doc ORDER BY key, term");
  while (select.executeStep()) {
    lines += select.getColumn(0).getString() + "|" + select.getColumn(1).getString() + "|\n";
  }
  return lines;
}

std::string NaiveRows::dump() const {
  std::string text;
  auto begin = [&, section = std::size_t{0}]() mutable {
    text += "-- " + std::string(dump_queries()[section++]) + "\n";
  };
  begin();
  for (events::Partition p = 0; p < checkpoint_.size(); ++p) {
    const events::PartitionCheckpoint at = checkpoint_.at(p);
    if (at.next == 0) continue;
    text += std::to_string(p) + "|" + std::to_string(at.next) + "|" + std::to_string(at.last_offset) + "|" + at.last_id + "|\n";
  }
  begin();
  text += events::encode_token(identity_.log_id, checkpoint_.positions()) + "|\n";
  begin();
  for (const auto& [key, stream] : streams_) {
    text += key + "|" + std::to_string(stream.version.value) + "|" + (stream.last_time ? micros(*stream.last_time) : "") + "|" +
            (stream.quarantine ? std::to_string(stream.quarantine->version.value) + "|" + stream.quarantine->reason : "|") +
            "|" + state_of_others(stream.state) + "|\n";
  }
  begin();
  std::map<std::string, std::string> tasks;
  std::set<std::pair<std::string, std::string>> tags;
  for (const auto& [key, stream] : streams_) {
    const auto* task = std::get_if<events::TaskState>(&stream.state);
    if (task == nullptr) continue;
    tasks[hex(task->id.uuid())] = line_of_task(*task, stream.quarantine, changed_at_.at(key));
    for (const std::string& tag : task->tags) {
      if (!task->deleted) tags.emplace(tag, key);
    }
  }
  for (const auto& [id, line] : tasks) text += line;
  begin();
  for (const auto& [key, of_task] : lost_) {
    for (const auto& [who, sight] : of_task) {
      text += key + "|" + who + "|" + std::to_string(sight.at.partition) + "|" + std::to_string(sight.at.offset) + "|" +
              std::to_string(sight.version) + "|\n";
    }
  }
  begin();
  for (const auto& [key, stream] : streams_) {
    const auto* user = std::get_if<events::UserState>(&stream.state);
    if (user != nullptr) text += line_of_user(*user, stream.quarantine);
  }
  begin();
  text += terms("task/");
  begin();
  text += terms("user/");
  begin();
  for (const auto& [tag, key] : tags) text += tag + "|" + key + "|\n";
  begin();
  for (const auto& [key, items] : history_) {
    for (const std::string& item : items) text += item;
  }
  begin();
  for (const auto& [at, rest] : parked_) {
    text += std::to_string(at.partition) + "|" + std::to_string(at.offset) + "|" + rest + "|\n";
  }
  return text;
}

}  // namespace taskstream::projection::testing
