#pragma once

#include "events/contract/ids.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::command {

// How an e-mail address stands to a user whose next version is `next`.
enum class Reservation {
  Held,         // for exactly that version: the user's record may be appended
  ToBeClaimed,  // nobody has it, or the user claimed it for a version that something else has taken
  Taken,        // by somebody else
  Unclear,      // the user claimed it for a later version: who did that knew more of the user than is known here
};

// Pure. `claim` is null where nobody has ever claimed the address.
Reservation reservation_of(const events::EmailState* claim, const events::UserId& user, events::StreamVersion next);

}  // namespace taskstream::command
