#include "projection-service/readmodel/past_versions.hpp"

#include <optional>

#include "projection-service/readmodel/past_task.hpp"
#include "projection-service/readmodel/rows.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

constexpr const char* kTask =
    "SELECT streams.stream_no, streams.version, quarantine_version, quarantine_reason, tasks.version, deleted, body "
    "FROM "
    "streams JOIN tasks ON tasks.stream_no = streams.stream_no WHERE key = ?";
constexpr const char* kTime = "SELECT time FROM history WHERE stream_no = ? AND version = ?";
constexpr const char* kItems =
    "SELECT item, state FROM history WHERE stream_no = ? AND version >= ? AND version <= ? ORDER BY version";

// A task of which there is a state.
struct KnownTask {
  std::int64_t stream_no;
  std::int64_t in_log;  // the version that the log has; those after `newest` are parked
  std::optional<events::Quarantine> quarantine;
  std::int64_t newest;
  bool deleted;
  std::string body;
};

std::optional<KnownTask> find(QueryConnection& connection, const events::TaskId& id, const Sight& sight) {
  std::optional<KnownTask> known;
  connection.each_row({.text = kTask, .values = {events::StreamId::of(id).to_string()}}, [&](SQLite::Statement& row) {
    known = KnownTask{.stream_no = row.getColumn(0).getInt64(),
                      .in_log = row.getColumn(1).getInt64(),
                      .quarantine = {},
                      .newest = row.getColumn(4).getInt64(),
                      .deleted = row.getColumn(5).getInt() != 0,
                      .body = text_of(row.getColumn(6))};
    if (!row.getColumn(2).isNull()) {
      known->quarantine =
          events::Quarantine{.version = {row.getColumn(2).getInt64()}, .reason = text_of(row.getColumn(3))};
    }
    return false;
  });
  if (known && !sees(sight, known->body, known->deleted)) return std::nullopt;
  return known;
}

FoundVersion version_of(QueryConnection& connection, const events::TaskId& id, const KnownTask& known,
                        std::int64_t version, std::string token) {
  FoundVersion found{.token = std::move(token), .quarantined = known.quarantine.has_value(), .version = version};
  if (version < 1 || version > known.in_log) return found;
  if (version > known.newest) {
    found.kind = FoundVersion::Kind::Parked;
  } else if (version == known.newest && known.deleted) {
    found.kind = FoundVersion::Kind::Deleted;
  } else {
    found.kind = FoundVersion::Kind::Found;
    found.body =
        version == known.newest ? known.body : past_body(connection, id, known.stream_no, version, known.quarantine);
  }
  return found;
}

// Times never go back from version to version, so that half of those in question go with each look. 0 = none.
std::int64_t last_version_at(QueryConnection& connection, const KnownTask& known, events::Instant time) {
  const std::int64_t micros = time.time_since_epoch().count();
  std::int64_t at = 0;
  std::int64_t end = known.newest;
  while (at < end) {
    const std::int64_t middle = at + (end - at + 1) / 2;
    if (connection.number({.text = kTime, .values = {known.stream_no, middle}}) <= micros) {
      at = middle;
    } else {
      end = middle - 1;
    }
  }
  return at;
}

}  // namespace

std::string past_body(QueryConnection& connection, const events::TaskId& id, std::int64_t stream_no,
                      std::int64_t version, const std::optional<events::Quarantine>& quarantine) {
  PastTask task(id);
  const std::int64_t from = version - version % kVersionsPerState;  // kept whole, unless it is 0
  connection.each_row({.text = kItems, .values = {stream_no, from, version}}, [&](SQLite::Statement& row) {
    if (row.getColumn(1).isNull()) {
      task.add_item(text_of(row.getColumn(0)));
    } else {
      task.start_from(text_of(row.getColumn(1)));
    }
    return true;
  });
  return task.body(quarantine);
}

FoundVersion find_version(QueryConnection& connection, const events::TaskId& id, const Sight& sight,
                          std::int64_t version) {
  return connection.in_snapshot([&](std::string token) {
    const auto known = find(connection, id, sight);
    if (!known) return FoundVersion{.token = std::move(token)};
    return version_of(connection, id, *known, version, std::move(token));
  });
}

FoundVersion find_at(QueryConnection& connection, const events::TaskId& id, const Sight& sight, events::Instant time) {
  return connection.in_snapshot([&](std::string token) {
    const auto known = find(connection, id, sight);
    if (!known) return FoundVersion{.token = std::move(token)};
    return version_of(connection, id, *known, last_version_at(connection, *known, time), std::move(token));
  });
}

}  // namespace taskstream::projection
