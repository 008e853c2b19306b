#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/fold/stream_fold.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// A task as it was at a version.
struct FoundVersion {
  enum class Kind {
    Unknown,  // no such task, none that the reader sees as it is now, or it has no such version
    Parked,   // the version is in the log, and cannot be read here
    Deleted,  // it is the version that deleted the task
    Found,
  };

  std::string token;
  Kind kind = Kind::Unknown;
  bool quarantined = false;  // the task is, now
  std::int64_t version = 0;
  std::string body;
};

// The task as it was at a version that it has: its body, byte for byte, with the mark of a stream that is in quarantine
// now. For use inside of a snapshot.
std::string past_body(QueryConnection& connection, const events::TaskId& id, std::int64_t stream_no,
                      std::int64_t version, const std::optional<events::Quarantine>& quarantine = {});

FoundVersion find_version(QueryConnection& connection, const events::TaskId& id, const Sight& sight,
                          std::int64_t version);

// At the highest version whose time is not later.
FoundVersion find_at(QueryConnection& connection, const events::TaskId& id, const Sight& sight, events::Instant time);

}  // namespace taskstream::projection
