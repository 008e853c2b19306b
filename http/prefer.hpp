#pragma once

#include <chrono>
#include <optional>

#include "http/message.hpp"

namespace taskstream::http {

// `Prefer` (RFC 7240). What cannot be read is ignored, as the RFC asks.
struct Preferences {
  std::chrono::seconds wait{5};  // wait=SECONDS, at most 30
  bool lenient = false;          // handling=lenient
  bool return_minimal = false;   // return=minimal
  bool merge_conflicts = false;  // conflict=merge
};

Preferences read_preferences(const Request& request);

}  // namespace taskstream::http
