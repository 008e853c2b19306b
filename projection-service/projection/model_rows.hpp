#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "projection-service/projection/stream_cache.hpp"
#include "projection-service/readmodel/row_digests.hpp"
#include "projection-service/readmodel/writer.hpp"

namespace taskstream::projection {

// Which rows of the read model say what of a stream: what a record came to goes into them, some of it at once, and what
// only the newest state tells with the transaction's end, however often it changed until then. Transactions are its
// caller's. Throws SQLite::Exception.
class ModelRows {
 public:
  // `digests` of all rows since the file was empty are kept where somebody wants them; nullptr = nobody does.
  ModelRows(Writer& writer, std::size_t cache_bytes, ModelDigests* digests);

  // Goes by what the file holds, and forgets all else.
  void start_over();
  void forget();

  // The stream, as it is with all that was applied. Good until the next write().
  CachedStream& load(const events::StreamId& id);
  // A stream that was parked, as it was before it was: all its rows are written anew.
  CachedStream& restore(const std::string& key, StreamNo no, events::Stream stream);

  // An accepted record has taken a version of the stream. To be called before one of the next two.
  void note_version(CachedStream& cached, const events::State& before);
  void note_event(CachedStream& cached, const events::State& before, const events::RecordedEvent& event,
                  events::Position at);
  // The first record of the stream that is not understood: its body says so from now on.
  void note_quarantine(CachedStream& cached, events::Position at);
  void park(ParkedRow row);

  // Everything that is behind.
  void write();
  void shrink() { cache_.shrink(); }
  // What is behind takes so much memory that it should be written.
  bool is_overfull() const { return cache_.is_overfull(); }

 private:
  void note_task(CachedStream& cached, const events::State& before, const events::RecordedEvent& event,
                 events::Position at);
  static void note_text(CachedStream& cached, const events::State& before);
  void lose_sight(const SightLostRow& row);
  void add_to_digests(CachedStream& cached);
  void write(CachedStream& cached);
  void write_user_and_text(CachedStream& cached);

  Writer& writer_;
  ModelDigests* const digests_;
  StreamCache cache_;
  std::vector<CachedStream*> dirty_;
  StreamNo next_no_;
};

}  // namespace taskstream::projection
