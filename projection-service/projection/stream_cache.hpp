#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "projection-service/readmodel/rows.hpp"

namespace taskstream::projection {

// A stream, and how far its rows are behind it.
struct CachedStream {
  std::string key;
  StreamNo no;
  events::Stream stream;
  bool dirty = false;         // changed since the last commit
  bool has_row = false;       // there is a row of it in `streams`
  bool has_task_row = false;  // … and one in `tasks`
  bool task_changed = false;  // the row in `tasks` is behind
  unsigned changed_columns = 0;
  events::Position changed_at;  // where the record lies that changed the task last; meaningful while it is behind
  std::vector<std::string> stored_tags;  // as the rows have them; meaningful while dirty
  std::uint64_t stored_digest = 0;       // of its rows, where digests are kept
  bool user_changed = false;             // the row in `users` is behind
  bool text_changed = false;             // … or what the stream is found under
  std::optional<std::string> stored_text;  // as the rows have it; meaningful while text_changed
  std::size_t bytes = 0;                 // about what it takes in memory, as last weighed
};

// The streams used last, in front of their rows, bounded by the memory they take.
class StreamCache {
 public:
  explicit StreamCache(std::size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  // nullptr when it is not here. Pointers hold until shrink() or clear().
  CachedStream* find(const std::string& key);
  CachedStream& add(CachedStream stream);
  // To be called when a stream has changed.
  void weigh(CachedStream& stream);
  // Drops the streams longest unused until the bound is kept. Call when nothing is dirty.
  void shrink();
  void clear();
  // So far over its bound that what is dirty should be written for its sake.
  bool is_overfull() const { return bytes_ > capacity_bytes_ + capacity_bytes_ / 2; }
  std::size_t size() const { return by_key_.size(); }

 private:
  std::size_t capacity_bytes_;
  std::size_t bytes_ = 0;
  std::list<CachedStream> latest_first_;
  std::unordered_map<std::string_view, std::list<CachedStream>::iterator> by_key_;  // keys point into the list
};

}  // namespace taskstream::projection
