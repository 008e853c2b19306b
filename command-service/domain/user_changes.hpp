#pragma once

#include "events/contract/user_event.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::command {

// Of the wanted changes those that change something. An address in another case is another one.
events::UserChanges differences(const events::UserState& user, events::UserChanges wanted);

}  // namespace taskstream::command
