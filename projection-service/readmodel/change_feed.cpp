#include "projection-service/readmodel/change_feed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "projection-service/readmodel/past_versions.hpp"
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

constexpr const char* kOffsetOfVersion =
    "SELECT json_extract(item, '$.position.offset') FROM history WHERE stream_no = ? AND version = ?";
constexpr const char* kLastEvent =
    "SELECT item FROM history WHERE stream_no = ? AND version <= ? ORDER BY version DESC LIMIT 1";

}  // namespace

// A page in the making.
struct ChangeFeed::Walking {
  const ChangeQuery& query;
  ChangePage page;
  SQLite::Statement& rows;
  std::int64_t looked_at = 0;
  std::int64_t made = 0;  // tasks as they were that were put together, whatever came of them
  bool full = false;

  bool is_full() const {
    return looked_at >= kMaxRowsLookedAt || made >= query.limit ||
           std::cmp_greater_equal(page.items.size(), query.limit);
  }
};

ChangeFeed::ChangeFeed(QueryConnection& connection)
    : connection_(connection),
      positions_(connection.database().prepare("SELECT partition, next FROM positions")),
      changed_(connection.database().prepare(kChanged)),
      changed_or_left_(connection.database().prepare(kChangedOrLeft)),
      offset_of_version_(connection.database().prepare(kOffsetOfVersion)),
      last_event_(connection.database().prepare(kLastEvent)) {}

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
    page.next.walk = events::ChangeToken::Walk{.base = query.since.seen, .end = snapshot()};
    page.next.walk->end.advance(query.since.seen);  // what was seen elsewhere is not forgotten here
  }
  Walking walking{
      .query = query, .page = std::move(page), .rows = query.sight.is_everything() ? changed_ : changed_or_left_};
  const events::PositionVector end = walking.page.next.walk->end;
  for (events::Partition p = 0; p < end.size() && !walking.full; ++p) {
    if (walking.page.next.seen.next(p) < end.next(p)) walk_partition(walking, p);
  }
  if (query.with_spans) {
    for (events::Partition p = 0; p < end.size() && !walking.full; ++p) take_overtaken(walking, p);
  }
  walking.page.more = walking.full;
  if (!walking.full) walking.page.next = {.seen = end, .walk = {}};
  return std::move(walking.page);
}

void ChangeFeed::walk_partition(Walking& walking, events::Partition partition) {
  const Use use(walking.rows);
  events::ChangeToken& next = walking.page.next;
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
    walking.full = is_another && walking.is_full();
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
  // What happened to it until it left concerns nobody whom it has left, nor does the event by which it did.
  if (walking.query.with_spans && !left) {
    const std::int64_t stream_no = row.getColumn(5).getInt64();
    const events::Offset base = walking.page.next.walk->base.next(at.partition);
    task.span = ChangeSpan{.before = body_at(task.id, stream_no, version_before(stream_no, task.version, base)),
                           .last_event = last_event(stream_no, task.version)};
  }
  if (!left) task.body = std::move(body);
  walking.page.items.push_back(std::move(task));
}

// Behind the end of its partition a place says how far these have been looked through. The place comes from a client,
// and so does the walk in it, be it made up: what a task was at the end is told to nobody who may not see it today.
void ChangeFeed::take_overtaken(Walking& walking, events::Partition partition) {
  events::ChangeToken& next = walking.page.next;
  const events::Offset end = next.walk->end.next(partition);
  const Use use(changed_);
  changed_.bind(1, partition);
  changed_.bind(2, std::max(end, next.seen.next(partition)));
  changed_.bind(3, std::numeric_limits<std::int64_t>::max());
  while (changed_.executeStep()) {
    walking.full = walking.is_full();
    if (walking.full) return;
    ++walking.looked_at;
    next.seen.advance(partition, changed_.getColumn(0).getInt64() + 1);
    if (sees(walking.query.sight, text_of(changed_.getColumn(4)), changed_.getColumn(3).getInt() != 0)) {
      take_as_it_was(walking, partition, end);
    }
  }
}

void ChangeFeed::take_as_it_was(Walking& walking, events::Partition partition, events::Offset end) {
  const events::Offset base = walking.page.next.walk->base.next(partition);
  const events::Uuid id = uuid_of(changed_.getColumn(1));
  const std::int64_t stream_no = changed_.getColumn(5).getInt64();
  const std::int64_t newest = changed_.getColumn(2).getInt64();
  const std::int64_t at_end = version_before(stream_no, newest, end);
  const std::int64_t at_base = version_before(stream_no, at_end, base);
  if (at_end == at_base) return;
  ++walking.made;
  // Nothing follows a deletion but what is not understood: that changes when the task is told of, and not its version.
  const bool deleted = at_end == newest && changed_.getColumn(3).getInt() != 0;
  std::string body = deleted ? text_of(changed_.getColumn(4)) : body_at(id, stream_no, at_end);
  if (!sees(walking.query.sight, body, deleted)) return;
  walking.page.items.push_back(
      {.id = id,
       .version = at_end,
       .gone = deleted ? ChangedTask::Gone::Deleted : ChangedTask::Gone::No,
       .body = std::move(body),
       .span = ChangeSpan{.before = body_at(id, stream_no, at_base), .last_event = last_event(stream_no, at_end)},
       .next = walking.page.next});
}

// Of one stream's records the offsets grow with the versions, so that half of those in question go with each look. 0 =
// none.
std::int64_t ChangeFeed::version_before(std::int64_t stream_no, std::int64_t newest, events::Offset offset) {
  std::int64_t known = 0;
  std::int64_t end = newest;
  while (known < end) {
    const std::int64_t middle = known + (end - known + 1) / 2;
    const Use use(offset_of_version_);
    offset_of_version_.bind(1, stream_no);
    offset_of_version_.bind(2, middle);
    offset_of_version_.executeStep();
    if (offset_of_version_.getColumn(0).getInt64() < offset) {
      known = middle;
    } else {
      end = middle - 1;
    }
  }
  return known;
}

std::string ChangeFeed::body_at(const events::Uuid& id, std::int64_t stream_no, std::int64_t version) {
  return version == 0 ? std::string() : past_body(connection_, events::TaskId(id), stream_no, version);
}

std::string ChangeFeed::last_event(std::int64_t stream_no, std::int64_t version) {
  const Use use(last_event_);
  last_event_.bind(1, stream_no);
  last_event_.bind(2, version);
  return last_event_.executeStep() ? text_of(last_event_.getColumn(0)) : std::string();
}

}  // namespace taskstream::projection
