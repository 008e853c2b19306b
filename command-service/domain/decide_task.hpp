#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "command-service/domain/commands.hpp"
#include "command-service/domain/rejection.hpp"
#include "events/contract/event.hpp"
#include "events/fold/task_state.hpp"

namespace taskstream::command {

// The moment and the person of a decision. They come in from outside, so that deciding is repeatable.
struct DecisionContext {
  events::Instant now;
  std::string actor;
  std::chrono::milliseconds max_clock_skew{2000};  // a lock binds others until it expires plus this
};

// An event; nothing, when the command changes nothing; or why not.
using Decision = boost::system::result<std::optional<events::Event>, Rejection>;

// Pure. `task` is null where no task exists yet. Checks in the contract's order: missing or deleted, values, lock,
// rules, nothing changes. Whether the version is the expected one is asked before, by the core; so is whether a task
// that is to be created exists already, and deciding that all the same aborts.
Decision decide(const events::TaskState* task, const TaskCommand& command, const DecisionContext& context);

}  // namespace taskstream::command
