#pragma once

#include <mutex>
#include <optional>

#include "events/contract/instant.hpp"
#include "events/log/position.hpp"

namespace taskstream::projection {

// Where rebuilds are asked for, and where the one that is under way says how far it is. Thread-safe.
class RebuildDesk {
 public:
  struct Progress {
    events::Offset done = 0;  // records read, of
    events::Offset total = 0;
    events::Instant started_at;
  };

  // False while one is asked for or under way.
  bool request();
  // Of whoever rebuilds: what it has to do now, if anything; then begin(), report() and end().
  bool is_requested() const;
  void begin(const events::PositionVector& end);
  void report(events::Offset done, events::Offset total);
  void end();

  // nullopt unless one is asked for or under way.
  std::optional<Progress> progress() const;

 private:
  static events::Instant now();

  mutable std::mutex mutex_;
  bool requested_ = false;
  std::optional<Progress> progress_;
};

}  // namespace taskstream::projection
