#pragma once

#include <optional>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"
#include "command-service/domain/decision.hpp"
#include "events/contract/event.hpp"

namespace taskstream::command {

// The one stream beside its own that a command is decided on: the user who is to have a task, the address that a user
// wants, the user whom a duty concerns.
std::optional<events::StreamId> other_stream(const Command& command, const StreamEntry* own);

// Why nothing can be asked of a stream on which there is neither a task nor a user.
Rejection missing(const events::StreamId& stream);

// What a command is decided on. Null where a stream is empty, or where there is no other.
struct Basis {
  events::StreamId stream;
  const StreamEntry* own = nullptr;
  const StreamEntry* other = nullptr;
};

// What a command comes to on the state as it is known here.
struct Finding {
  // What to append; absent when nothing is to be appended.
  std::optional<events::Event> event;
  // The event is one of the other stream, and prepares what is asked: once it is accepted, the command is considered
  // again.
  bool is_on_other = false;
  // The event is made beside changes of others that the sender has not seen.
  bool merges = false;
  // The answer when nothing is to be appended.
  std::optional<Result> result;
  // True for an answer that no newer state can change, so that it needs no barrier: a replayed key, and an expected
  // version older than the known one, for versions never go back. (Not so where conflicts are merged: a newer state may
  // hold what the request wants, and then there is none.) Nor so for whoever can lose sight of the task.
  bool is_final = false;
  // Holds only after a barrier that was begun when both streams had reached the versions that they have here.
  bool needs_fresh_barrier = false;
};

// What a strong read comes to. Pure.
Result read_state(const ReadRequest& request, const StreamEntry* entry);

// Idempotency key, then sight, existence, permission, version, values, and the domain's rules, in the order in which a
// client is told of them. Pure.
Finding consider(const CommandRequest& request, const Basis& basis, DecisionContext context);

}  // namespace taskstream::command
