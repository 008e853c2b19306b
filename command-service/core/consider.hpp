#pragma once

#include <optional>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"
#include "command-service/domain/decide_task.hpp"
#include "events/contract/event.hpp"

namespace taskstream::command {

// What a command comes to on the state as it is known here.
struct Finding {
  // What to append; absent when nothing is to be appended.
  std::optional<events::Event> event;
  // The event is made on a newer version than the request expects.
  bool merges = false;
  // The answer when nothing is to be appended.
  std::optional<Result> result;
  // True for an answer that no newer state can change, so that it needs no barrier: a replayed key, and an expected
  // version older than the known one, for versions never go back. (Not so where conflicts are merged: a newer state may
  // hold what the request wants, and then there is none.)
  bool is_final = false;
};

// Idempotency key, then existence, version, values, and the domain's rules, in the order in which a client is told of
// them. Pure. `entry` is null where the stream is empty.
Finding consider(const CommandRequest& request, const StreamEntry* entry, const DecisionContext& context);

}  // namespace taskstream::command
