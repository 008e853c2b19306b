#pragma once

#include <cstdint>

#include "events/contract/ids.hpp"
#include "events/contract/record.hpp"

// What the log says about itself.
namespace taskstream::events {

// The genesis record: who the log is. An import gives a log a new id and keeps the namespace, so that ids made from
// idempotency keys stay the same.
struct LogOpened {
  LogId log_id;
  Partition partitions = 0;
  Uuid id_namespace;
  std::int64_t max_clock_skew_ms = 0;

  friend bool operator==(const LogOpened&, const LogOpened&) = default;
};

// Appended only to learn where the log ends, under a version that is never accepted.
struct LogBarrier {
  friend bool operator==(const LogBarrier&, const LogBarrier&) = default;
};

}  // namespace taskstream::events
