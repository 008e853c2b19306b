#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/change_token.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// Who lost sight of a task, when it is everybody whom it does not concern.
inline constexpr std::string_view kEverybody = "";

struct ChangeQuery {
  ChangeToken since;
  Sight sight;
  std::int64_t limit = 50;
  bool with_spans = false;
};

// What became of a task since a walk's base, however many events that took.
struct ChangeSpan {
  struct FirstChange {
    std::string field;
    std::string change;  // JSON: {from, to}
  };

  bool from_creation = false;  // the task is younger than the base
  std::vector<FirstChange> first_changes;
  std::string last_event;  // JSON: the item of the task's history that changed it last, or by which it left
};

// A task whose last change lies behind the place that was asked from.
struct ChangedTask {
  enum class Gone { No, Deleted, Left };

  events::Uuid id;
  std::int64_t version = 0;
  Gone gone = Gone::No;
  std::string body;                // as it is answered, or as it was when it was deleted; none of what has left
  std::optional<ChangeSpan> span;  // on demand
  ChangeToken next;                // goes on behind it
};

struct ChangePage {
  std::string token;  // of the snapshot
  std::vector<ChangedTask> items;
  ChangeToken next;
  bool more = false;  // the walk has not come to its end
};

// Reads which tasks changed, in the order of (partition, offset) of their last change, up to the end that the walk's
// first page saw. A task that changes again meanwhile moves behind that end and comes with the next walk, so walks are
// finite and nothing is passed over. Works inside of its caller's snapshot.
class ChangeFeed {
 public:
  explicit ChangeFeed(sqlite::Database& database);

  ChangePage page(const ChangeQuery& query, std::string snapshot_token);

 private:
  struct Walking;

  events::PositionVector snapshot();
  void walk_partition(Walking& walking, events::Partition partition);
  void take(Walking& walking, events::Position at);
  ChangeSpan span_of(std::int64_t stream_no, events::Offset base);
  std::string last_event(std::int64_t stream_no, std::int64_t version);

  SQLite::Statement positions_;
  SQLite::Statement changed_;
  SQLite::Statement changed_or_left_;
  SQLite::Statement version_before_;
  SQLite::Statement first_changes_;
  SQLite::Statement last_event_;
};

}  // namespace taskstream::projection
