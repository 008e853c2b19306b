#pragma once

#include <functional>

#include "tests/simulation/producer.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

using EndDone = std::function<void(events::EventLog::EndsOfPartitions)>;

// Where the partition ends: as it was at some moment between the question and the answer, or that nobody could say.
void ask_end(World& world, int site, events::Partition partition, EndDone done);

// The same by an append, which no deposed leader acknowledges.
void ask_end_by_append(World& world, Producer& producer, events::Partition partition, EndDone done);

}  // namespace taskstream::simulation
