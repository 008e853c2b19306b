#pragma once

#include "events/contract/ids.hpp"

namespace taskstream::command {

// A stream that concerns a user: an open task that is assigned to them, or an e-mail address that they have claimed.
struct Concern {
  events::UserId user;
  events::StreamId stream;

  friend auto operator<=>(const Concern&, const Concern&) = default;
};

}  // namespace taskstream::command
