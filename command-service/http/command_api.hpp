#pragma once

#include <functional>

#include "command-service/runtime/replica_driver.hpp"
#include "events/log/genesis.hpp"

namespace taskstream::command {

// What the endpoints stand on. Outlives the routes, and belongs to the thread that serves them.
struct CommandApi {
  ReplicaDriver* replica = nullptr;  // null until the log is open: requests are answered 503 STARTING
  events::LogIdentity log;
  bool require_precondition = true;
  std::size_t json_depth = 32;
  std::function<events::Uuid::Bytes()> random;  // for the ids that the service makes
};

}  // namespace taskstream::command
