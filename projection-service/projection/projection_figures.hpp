#pragma once

#include <mutex>

#include "events/log/durations.hpp"
#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// What was applied to the read model that is served, whichever file that is, since the start. Thread-safe.
class ProjectionFigures {
 public:
  struct Values {
    RecordCounts records;
    events::Durations commits;
  };

  void on_committed(const Committed& committed) {
    const std::lock_guard lock(mutex_);
    values_.records.accepted += committed.records.accepted;
    values_.records.superseded += committed.records.superseded;
    values_.records.malformed += committed.records.malformed;
    values_.records.unfoldable += committed.records.unfoldable;
    if (committed.commit_took) values_.commits.note(*committed.commit_took);
  }
  Values values() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  Values values_;
};

}  // namespace taskstream::projection
