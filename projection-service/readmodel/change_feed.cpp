#include "projection-service/readmodel/change_feed.hpp"

#include <utility>

#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

// Rows that one page looks at, whatever comes of them: of many tasks a member may see few.
constexpr std::int64_t kMaxRowsLookedAt = 2'000;

// Statements take partition, first offset and end; the second one, who asks, too.
constexpr const char* kChanged =
    "SELECT change_offset, id, version, deleted, body, stream_no, 0 FROM tasks "
    "WHERE change_partition = ?1 AND change_offset >= ?2 AND change_offset < ?3 ORDER BY change_offset";
constexpr const char* kChangedOrLeft =
    "SELECT change_offset, id, version, deleted, body, stream_no, 0 FROM tasks "
    "WHERE change_partition = ?1 AND change_offset >= ?2 AND change_offset < ?3 "
    "UNION ALL SELECT lost.change_offset, id, lost.version, deleted, body, tasks.stream_no, 1 "
    "FROM sight_lost AS lost JOIN tasks USING (stream_no) "
    "WHERE who = ?4 AND lost.change_partition = ?1 AND lost.change_offset >= ?2 AND lost.change_offset < ?3 "
    "UNION ALL SELECT lost.change_offset, id, lost.version, deleted, body, tasks.stream_no, 1 "
    "FROM sight_lost AS lost JOIN tasks USING (stream_no) "
    "WHERE who = x'' AND lost.change_partition = ?1 AND lost.change_offset >= ?2 AND lost.change_offset < ?3 "
    "ORDER BY 1";

// Of one stream's records the offsets grow with the versions, so this looks back no further than it must.
constexpr const char* kVersionBefore =
    "SELECT version FROM history WHERE stream_no = ? AND json_extract(item, '$.position.offset') < ? "
    "ORDER BY version DESC LIMIT 1";
// With min() SQLite takes the other columns from the row that has the minimum.
constexpr const char* kFirstChanges =
    "SELECT change.key, change.value, min(version) FROM history, json_each(item, '$.changes') AS change "
    "WHERE stream_no = ? AND version > ? GROUP BY change.key";
constexpr const char* kLastEvent =
    "SELECT item FROM history WHERE stream_no = ? AND version <= ? ORDER BY version DESC LIMIT 1";

bool sees(const Sight& sight, const std::string& body, bool deleted) {
  if (sight.is_everything()) return true;
  return sight.sees(std::get<events::TaskState>(read_state_text("task", body, deleted)));
}

}  // namespace

// A page in the making.
struct ChangeFeed::Walking {
  const ChangeQuery& query;
  ChangePage page;
  SQLite::Statement& rows;
  std::int64_t looked_at = 0;
  bool full = false;
};

ChangeFeed::ChangeFeed(sqlite::Database& database)
    : positions_(database.prepare("SELECT partition, next FROM positions")),
      changed_(database.prepare(kChanged)),
      changed_or_left_(database.prepare(kChangedOrLeft)),
      version_before_(database.prepare(kVersionBefore)),
      first_changes_(database.prepare(kFirstChanges)),
      last_event_(database.prepare(kLastEvent)) {}

events::PositionVector ChangeFeed::snapshot() {
  events::PositionVector positions;
  const Use use(positions_);
  while (positions_.executeStep()) {
    positions.advance(static_cast<events::Partition>(positions_.getColumn(0).getInt()),
                      positions_.getColumn(1).getInt64());
  }
  return positions;
}

ChangePage ChangeFeed::page(const ChangeQuery& query, std::string snapshot_token) {
  ChangePage page{.token = std::move(snapshot_token), .items = {}, .next = query.since, .more = false};
  if (!page.next.walk) {
    page.next.walk = ChangeToken::Walk{.base = query.since.seen, .end = snapshot()};
    page.next.walk->end.advance(query.since.seen);  // what was seen elsewhere is not forgotten here
  }
  Walking walking{.query = query,
                  .page = std::move(page),
                  .rows = query.sight.is_everything() ? changed_ : changed_or_left_};
  const events::PositionVector end = walking.page.next.walk->end;
  for (events::Partition p = 0; p < end.size() && !walking.full; ++p) {
    if (walking.page.next.seen.next(p) < end.next(p)) walk_partition(walking, p);
  }
  walking.page.more = walking.full;
  if (!walking.full) walking.page.next = {.seen = end, .walk = {}};
  return std::move(walking.page);
}

void ChangeFeed::walk_partition(Walking& walking, events::Partition partition) {
  const Use use(walking.rows);
  ChangeToken& next = walking.page.next;
  const events::Offset end = next.walk->end.next(partition);
  walking.rows.bind(1, partition);
  walking.rows.bind(2, next.seen.next(partition));
  walking.rows.bind(3, end);
  if (const auto& member = walking.query.sight.member) {
    walking.rows.bind(4, member->uuid().bytes().data(), static_cast<int>(member->uuid().bytes().size()));
  }
  while (walking.rows.executeStep()) {
    const events::Position at{.partition = partition, .offset = walking.rows.getColumn(0).getInt64()};
    // Several rows may stand at one offset, of which at most one is told: all of them belong to one page.
    const bool is_another = !next.seen.covers(at);
    walking.full = is_another && (walking.looked_at >= kMaxRowsLookedAt ||
                                  std::cmp_greater_equal(walking.page.items.size(), walking.query.limit));
    if (walking.full) return;
    ++walking.looked_at;
    next.seen.advance(partition, at.offset + 1);
    take(walking, at);
  }
  next.seen.advance(partition, end);
}

void ChangeFeed::take(Walking& walking, events::Position at) {
  SQLite::Statement& row = walking.rows;
  const bool deleted = row.getColumn(3).getInt() != 0;
  const bool left = row.getColumn(6).getInt() != 0;
  std::string body = text_of(row.getColumn(4));
  if (sees(walking.query.sight, body, deleted) == left) return;

  ChangedTask task{.id = uuid_of(row.getColumn(1)),
                   .version = row.getColumn(2).getInt64(),
                   .gone = left      ? ChangedTask::Gone::Left
                           : deleted ? ChangedTask::Gone::Deleted
                                     : ChangedTask::Gone::No,
                   .body = {},
                   .span = {},
                   .next = walking.page.next};
  if (walking.query.with_spans) {
    const std::int64_t stream_no = row.getColumn(5).getInt64();
    // What happened to it until it left concerns nobody whom it has left.
    if (!left) task.span = span_of(stream_no, walking.page.next.walk->base.next(at.partition));
    if (left) task.span.emplace();
    task.span->last_event = last_event(stream_no, task.version);
  }
  if (!left) task.body = std::move(body);
  walking.page.items.push_back(std::move(task));
}

ChangeSpan ChangeFeed::span_of(std::int64_t stream_no, events::Offset base) {
  std::int64_t version_before = 0;
  {
    const Use use(version_before_);
    version_before_.bind(1, stream_no);
    version_before_.bind(2, base);
    if (version_before_.executeStep()) version_before = version_before_.getColumn(0).getInt64();
  }
  ChangeSpan span{.from_creation = version_before == 0, .first_changes = {}, .last_event = {}};
  {
    const Use use(first_changes_);
    first_changes_.bind(1, stream_no);
    first_changes_.bind(2, version_before);
    while (first_changes_.executeStep()) {
      span.first_changes.push_back(
          {.field = text_of(first_changes_.getColumn(0)), .change = text_of(first_changes_.getColumn(1))});
    }
  }
  return span;
}

std::string ChangeFeed::last_event(std::int64_t stream_no, std::int64_t version) {
  const Use use(last_event_);
  last_event_.bind(1, stream_no);
  last_event_.bind(2, version);
  return last_event_.executeStep() ? text_of(last_event_.getColumn(0)) : std::string();
}

}  // namespace taskstream::projection
