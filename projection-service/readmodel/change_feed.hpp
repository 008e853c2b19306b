#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/log/change_token.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// Who lost sight of a task, when it is everybody whom it does not concern.
inline constexpr std::string_view kEverybody = "";

struct ChangeQuery {
  events::ChangeToken since;
  Sight sight;
  std::int64_t limit = 50;
  bool with_spans = false;
};

// What became of a task since a walk's base, however many events that took: it is not read event by event.
struct ChangeSpan {
  std::string before;      // its body at the base; empty when it is younger
  std::string last_event;  // JSON: the item of its history that changed it last
};

// A task whose last change lies behind the place that was asked from.
struct ChangedTask {
  enum class Gone { No, Deleted, Left };

  events::Uuid id;
  std::int64_t version = 0;
  Gone gone = Gone::No;
  std::string body;                // as it is answered, or as it was when it was deleted; none of what has left
  std::optional<ChangeSpan> span;  // on demand; none of what has left
  events::ChangeToken next;        // goes on behind it
};

struct ChangePage {
  std::string token;  // of the snapshot
  std::vector<ChangedTask> items;
  events::ChangeToken next;
  bool more = false;  // the walk has not come to its end
};

// Reads which tasks changed, in the order of (partition, offset) of their last change, up to the end that the walk's
// first page saw. A task that changes again meanwhile moves behind that end and comes with the next walk, so walks are
// finite and nothing is passed over. With spans, it comes with this one too, as it was at the end: what happened before
// that would be missing in a span that begins there. It may then come twice. Works inside of its caller's snapshot.
class ChangeFeed {
 public:
  explicit ChangeFeed(QueryConnection& connection);

  ChangePage page(const ChangeQuery& query, std::string snapshot_token);

 private:
  struct Walking;

  events::PositionVector snapshot();
  void walk_partition(Walking& walking, events::Partition partition);
  void take(Walking& walking, events::Position at);
  void take_overtaken(Walking& walking, events::Partition partition);
  void take_as_it_was(Walking& walking, events::Partition partition, events::Offset end);
  std::int64_t version_before(std::int64_t stream_no, std::int64_t newest, events::Offset offset);
  std::string body_at(const events::Uuid& id, std::int64_t stream_no, std::int64_t version);
  std::string last_event(std::int64_t stream_no, std::int64_t version);

  QueryConnection& connection_;
  SQLite::Statement positions_;
  SQLite::Statement changed_;
  SQLite::Statement changed_or_left_;
  SQLite::Statement offset_of_version_;
  SQLite::Statement last_event_;
};

}  // namespace taskstream::projection
