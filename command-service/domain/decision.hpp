#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>

#include "command-service/domain/access.hpp"
#include "command-service/domain/rejection.hpp"
#include "events/contract/event.hpp"
#include "events/contract/instant.hpp"

namespace taskstream::command {

// The user who is to have a task.
enum class Assignee { Active, Inactive, Unknown };

// The moment and the person of a decision, and what it has to know of another stream. They come in from outside, so
// that deciding is repeatable.
struct DecisionContext {
  events::Instant now;
  Asker asker;
  std::chrono::milliseconds max_clock_skew{2000};  // a lock binds others until it expires plus this
  Assignee assignee = Assignee::Active;            // whom a CreateTask, AssignTask or ClaimTask names
};

// An event; nothing, when the command changes nothing; or why not.
using Decision = boost::system::result<std::optional<events::Event>, Rejection>;

}  // namespace taskstream::command
