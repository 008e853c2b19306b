#pragma once

#include "command-service/domain/commands.hpp"
#include "command-service/domain/decision.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::command {

// Pure. `user` is null where no user exists yet. Checks in the order of docs/errors.md: missing, values, nothing
// changes. Whether the version is the expected one is asked before, by the core; so is whether a user who is to be
// registered exists already, and deciding that all the same aborts. Whether an address is free is asked by the core as
// well: it is told by another stream.
Decision decide(const events::UserState* user, const UserCommand& command, const DecisionContext& context);

}  // namespace taskstream::command
