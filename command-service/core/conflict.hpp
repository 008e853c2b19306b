#pragma once

#include <optional>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"

namespace taskstream::command {

// The highest version that the sender named, none if none was.
std::optional<events::StreamVersion> highest(const Expectation& expectation);

// What became of the task or the user since the version that the request expects, and what of it the request would
// change too. Where the version says nothing (none, 0, or one that has not been reached) there is nothing to tell, and
// nothing to merge with. Pure. `entry` holds one of them.
VersionConflict explain_conflict(const CommandRequest& request, const StreamEntry& entry);

}  // namespace taskstream::command
