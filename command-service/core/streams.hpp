#pragma once

#include <list>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "command-service/core/stream_entry.hpp"
#include "command-service/state/state_store.hpp"
#include "events/contract/envelope.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// The newest state of every stream, folded from the log. What was used last is in memory, within a bound; the rest is
// in the store, from which it is read by need. What has changed stays in memory until it has been saved: the store's
// row is an older one until then. Throws what the store throws.
class Streams {
 public:
  // What the record did. The envelope is there unless the record is malformed.
  struct Folded {
    std::optional<events::StreamId> stream;
    std::optional<events::EventId> event_id;
    events::Applied applied;
  };

  Streams(events::Partition partitions, StateStore& store, std::size_t bytes_at_most)
      : partitions_(partitions), bytes_at_most_(bytes_at_most), store_(store) {}

  Folded fold(const events::LogRecord& record);
  // Null where nothing has happened yet. The pointer holds until shrink().
  const StreamEntry* find(const events::StreamId& id);
  // The same, and its commands hold the one with this key, if there is one.
  const StreamEntry* find(const events::StreamId& id, std::string_view actor, std::string_view key);

  // The next in their order.
  std::optional<Concern> concern_after(const Concern& concern);

  // Lets go of what was not used for longest, as far as the bound demands it.
  void shrink();
  std::size_t bytes() const { return bytes_; }

  // ---- saving: one change after the other
  std::size_t unsaved_bytes() const { return unsaved_bytes_; }
  // Everything that has changed since the last one was taken.
  StateChange take_unsaved(events::Checkpoint checkpoint);
  // The change that was taken last is in the store.
  void note_saved();

 private:
  struct Hot {
    events::StreamId id;
    StreamEntry entry;
    std::size_t bytes = 0;
    bool is_unsaved = false;
    bool is_being_saved = false;
    std::optional<events::UserId> concerned;  // while it is either
  };
  using Place = std::list<Hot>::iterator;

  Hot* look_up(const events::StreamId& id);
  Hot& add(const events::StreamId& id, StreamEntry entry);
  void note_change(Hot& hot);
  void note_concerned(Hot& hot, std::optional<events::UserId> user);
  void weigh(Hot& hot);

  events::Partition partitions_;
  std::size_t bytes_at_most_;
  StateStore& store_;
  std::list<Hot> saved_;                                // what was used last comes first
  std::list<Hot> pinned_;                               // unsaved or being saved
  std::unordered_map<std::string_view, Place> places_;  // keys point into the lists
  std::vector<Place> unsaved_;
  std::vector<Place> being_saved_;
  std::set<Concern> concerns_;  // of what is unsaved or being saved: there the store's do not count
  std::size_t bytes_ = 0;
  std::size_t unsaved_bytes_ = 0;
};

}  // namespace taskstream::command
