#pragma once

#include <cstdint>
#include <string>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "projection-service/readmodel/query_connection.hpp"

namespace taskstream::projection {

// A task as it was at a version.
struct FoundVersion {
  enum class Kind {
    Unknown,  // no such task, or it has no such version
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

FoundVersion find_version(QueryConnection& connection, const events::TaskId& id, std::int64_t version);

// At the highest version whose time is not later.
FoundVersion find_at(QueryConnection& connection, const events::TaskId& id, events::Instant time);

}  // namespace taskstream::projection
