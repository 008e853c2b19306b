#pragma once

#include <functional>
#include <optional>
#include <string>

#include "events/contract/log_event.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::events {

// What the log says about itself at offset 0 of the partition of key `log/genesis`.
using LogIdentity = LogOpened;

// Reads the genesis record. nullopt while the log is empty. Throws LogRefused when the log has records but no genesis,
// or one that names another partition count; throws std::runtime_error when the log stays out of reach until the
// deadline.
std::optional<LogIdentity> read_genesis(EventLog& log, Deadline deadline);

// What a command-service writes into an empty log.
struct GenesisProposal {
  LogIdentity identity;
  std::string source;  // ce_source of the writer
};

// Writes the proposal if the log is empty, then reads back whichever genesis came first. Throws as read_genesis does.
LogIdentity open_genesis(EventLog& log, const GenesisProposal& proposal, Deadline deadline);

}  // namespace taskstream::events
