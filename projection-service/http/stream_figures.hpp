#pragma once

#include <atomic>
#include <cstdint>

namespace taskstream::projection {

// What became of the streams that were opened, since the start. Any thread may count.
struct StreamFigures {
  std::atomic<std::uint64_t> opened = 0;
  std::atomic<std::uint64_t> refused = 0;    // as many as may be were open
  std::atomic<std::uint64_t> fell_back = 0;  // cut off, and told to begin again from a token
  std::atomic<std::uint64_t> stalled = 0;    // cut off without a word, for they took nothing
};

}  // namespace taskstream::projection
