#pragma once

#include <optional>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"

namespace taskstream::command {

// The newest version that the sender says to have seen: the highest that they named. None if none was.
std::optional<events::StreamVersion> version_seen(const Expectation& expectation);

// What others made of the task or the user since the version that the sender has seen, and what of it the request would
// change too. Where the version says nothing (none, 0, or one that has not been reached) there is nothing to tell, and
// nothing to merge with. Pure. `entry` holds one of them.
VersionConflict explain_conflict(const CommandRequest& request, const StreamEntry& entry);

}  // namespace taskstream::command
