#pragma once

#include <boost/system/result.hpp>
#include <variant>

#include "events/contract/envelope.hpp"
#include "events/fold/task_state.hpp"
#include "events/fold/user_state.hpp"

namespace taskstream::events {

// The state of one stream; monostate before its first event, and on streams that have none of their own (`log/…`).
using State = std::variant<std::monostate, TaskState, UserState, EmailState>;

// Of a task or a user; 0 for every other state.
StreamVersion version_of(const State& state);

// True of a task that was deleted.
bool is_deleted(const State& state);

// What the event makes of the state, given that its record is accepted. Deterministic, and the same in every reader.
// Unfoldable when the event does not fit the state at all: a creation where something exists, a change where nothing
// does (only a claim may lapse before its user is registered, and leaves nothing then). Rules of the domain (which
// transition, how long a title) are not asked again.
boost::system::result<State, Unfoldable> evolve(const State& state, const RecordedEvent& recorded);

}  // namespace taskstream::events
