#pragma once

#include <string>

namespace taskstream::command {

// What the allocator adds to each piece of memory that it hands out, about.
inline constexpr std::size_t kAllocation = 16;

// What a text takes beside the object itself: nothing while it is short.
inline std::size_t heap_bytes(const std::string& text) {
  static const std::size_t kWithin = std::string().capacity();
  return text.capacity() > kWithin ? text.capacity() + 1 + kAllocation : 0;
}

}  // namespace taskstream::command
