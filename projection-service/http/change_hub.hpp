#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "projection-service/http/change_frame.hpp"
#include "projection-service/http/stream_lane.hpp"
#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// One committed change, as every stream tells it.
struct StreamedChange {
  events::Position position;
  std::optional<events::TaskState> before;  // without its long texts, which no filter looks at
  events::TaskState after;
  ChangeText text;
};

// What was committed last, kept once for all streams within a bound. A stream keeps its place in it and no copy: one
// that falls behind the bound has to end, and memory does not grow with slow readers. Thread-safe.
class ChangeHub {
 public:
  // 0 = any number of streams.
  explicit ChangeHub(std::size_t max_streams) : max_streams_(max_streams) {}

  // ---- for streams

  // Holds one of the streams that may be open; empty when there are too many.
  std::shared_ptr<void> open();
  std::size_t open_streams() const { return open_streams_; }
  void add_lane(const std::shared_ptr<StreamLane>& lane);

  using Place = std::uint64_t;
  // The place from which everything follows that the positions do not cover; some that they do may follow too. None
  // when some of it is no longer here: the read model has it.
  std::optional<Place> find(const events::PositionVector& positions) const;
  // Where what is committed ends.
  events::PositionVector newest() const;

  struct Taken {
    std::vector<std::shared_ptr<const StreamedChange>> changes;
    std::optional<events::PositionVector> newest;  // when that was all
  };
  enum class Lost {
    Fallen,  // the reader was too slow, and what it wants next is no longer here
    Gap      // what came was never here: the read model has it
  };
  // What follows the place, as far as `max_bytes` go (one change at least), and moves the place on.
  boost::system::result<Taken, Lost> take(Place& place, std::size_t max_bytes) const;

  // Has every stream look at what it goes by; from any thread.
  void wake_all();

  // ---- for the projector's thread

  bool wants_changes() const { return open_streams_ > 0; }
  void publish(const events::LogId& log, Committed& committed);

 private:
  // With the mutex held.
  void start_over(const events::PositionVector& positions);
  void add(std::shared_ptr<const StreamedChange> change);
  Place end() const { return first_ + changes_.size(); }

  const std::size_t max_streams_;
  std::atomic<std::size_t> open_streams_ = 0;

  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const StreamedChange>> changes_;
  std::size_t bytes_ = 0;
  Place first_ = 0;                 // of changes_
  Place gap_ = 0;                   // places before this one lie before a gap
  events::PositionVector dropped_;  // covers all that is no longer here
  events::PositionVector newest_;
  std::vector<std::weak_ptr<StreamLane>> lanes_;
};

}  // namespace taskstream::projection
