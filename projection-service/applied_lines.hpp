#pragma once

#include <string>
#include <vector>

#include "events/log/position.hpp"
#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// A line of the log for each record that is now in the read model, at level debug: with the trace and the request that
// it came from, so that an operator can follow a request to where its readers see it. Calls come one at a time.
class AppliedLines {
 public:
  // Nothing below level debug.
  void add(const AppliedRecord& applied);
  // Their transaction is committed.
  void log();
  // … or was given up: what it held comes again.
  void forget() { lines_.clear(); }

 private:
  struct Line {
    std::string stream;
    std::string type;
    std::string event_id;
    std::string request_id;
    std::string trace_id;
    std::int64_t version = 0;
    events::Position position;
    bool folded = true;
  };
  std::vector<Line> lines_;
};

}  // namespace taskstream::projection
