#pragma once

#include "tests/simulation/commands.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// Appends something that no replica wrote: malformed, a copy of an earlier record, another writer's version of a task,
// or a control record. With `quarantines` also events that nobody can fold.
void append_foreign_record(World& world, const CommandGenerator& generator);

// Makes the next version of the stream.
void append_as_somebody_else(World& world, const events::StreamId& stream, events::Event event);

}  // namespace taskstream::simulation
