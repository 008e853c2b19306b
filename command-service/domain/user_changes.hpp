#pragma once

#include <vector>

#include "command-service/domain/commands.hpp"
#include "events/fold/fields.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::command {

// Of the wanted changes those that change something. An address in another case is another one.
events::UserChanges differences(const events::UserState& user, events::UserChanges wanted);

// The fields that the command would give another value, in order.
std::vector<events::Field> fields_to_change(const events::UserState& user, const UserCommand& command);

}  // namespace taskstream::command
