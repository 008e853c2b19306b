#pragma once

#include <atomic>
#include <cstdint>

namespace taskstream::projection {

// What the read model said last of records that were not understood. Any thread may write it down.
struct ParkedFigures {
  std::atomic<std::int64_t> records = -1;             // none counted yet
  std::atomic<std::int64_t> quarantined_streams = 0;  // written before `records`
};

}  // namespace taskstream::projection
