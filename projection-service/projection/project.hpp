#pragma once

#include <optional>
#include <string>

#include "events/contract/envelope.hpp"
#include "events/fold/evolve.hpp"
#include "events/log/position.hpp"
#include "projection-service/projection/task_change.hpp"
#include "projection-service/readmodel/rows.hpp"

// What an event means for the rows of its task. Pure.
namespace taskstream::projection {

// The columns in which two states of one task differ.
unsigned changed_columns(const events::TaskState& before, const events::TaskState& after);

// Tags under which lists find the task: none once it is deleted.
std::vector<std::string> listed_tags(const events::State& state);

// Who saw the task before and does not from now on. Deletion takes it from nobody: who saw it is told that it is gone.
struct SightLost {
  std::optional<events::UserId> member;  // none = everybody whom it does not concern

  friend bool operator==(const SightLost&, const SightLost&) = default;
};
std::optional<SightLost> sight_lost(const events::State& before, const events::TaskState& after);

// One line of a task's history: who did what and when, and each field that it changed, from and to. `time` is the time
// of the version: the latest of the stream up to here, so that it never goes back.
std::string history_item(const events::RecordedEvent& recorded, const events::State& before,
                         const events::TaskState& after, events::Instant time, events::Position position);

// One event as streams tell it. Where it lies is the projector's to fill in.
TaskChange task_change(const events::RecordedEvent& recorded, const events::State& before,
                       const events::TaskState& after, events::Instant time);
// … and the record that could not be folded, from which on the task stands still here.
TaskChange quarantine_change(const events::Envelope& envelope, const events::TaskState& task,
                             const events::Stream& stream);

}  // namespace taskstream::projection
