#pragma once

#include <string>

#include "events/contract/envelope.hpp"
#include "events/fold/evolve.hpp"
#include "events/log/position.hpp"
#include "projection-service/readmodel/rows.hpp"

// What an event means for the rows of its task. Pure.
namespace taskstream::projection {

// The columns in which two states of one task differ.
unsigned changed_columns(const events::TaskState& before, const events::TaskState& after);

// Tags under which lists find the task: none once it is deleted.
std::vector<std::string> listed_tags(const events::State& state);

// One line of a task's history: who did what and when, and each field that it changed, from and to. `time` is the time
// of the version: the latest of the stream up to here, so that it never goes back.
std::string history_item(const events::RecordedEvent& recorded, const events::State& before,
                         const events::TaskState& after, events::Instant time, events::Position position);

}  // namespace taskstream::projection
