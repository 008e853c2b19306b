#pragma once

#include <string>

#include "events/contract/ids.hpp"

namespace taskstream::command {

// A stream that concerns a user: an open task that is assigned to them, or an e-mail address that they have claimed.
// The stream is a text, so that an empty one stands before all others.
struct Concern {
  events::UserId user;
  std::string stream;

  friend auto operator<=>(const Concern&, const Concern&) = default;
};

}  // namespace taskstream::command
