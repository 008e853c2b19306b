#pragma once

#include <string>
#include <string_view>

#include "command-service/core/last_changes.hpp"
#include "command-service/core/remembered_commands.hpp"
#include "events/fold/stream_fold.hpp"

namespace taskstream::command {

// All that the command side knows of one stream.
struct StreamEntry {
  events::Stream stream;
  events::EventId last_event_id;  // of the newest accepted event
  RememberedCommands commands;
  LastChanges last_changes;
};

// About what it takes in memory, beside sizeof(StreamEntry).
std::size_t heap_bytes(const StreamEntry& entry);

// The entry as it stands in a state file, without its commands, which have rows of their own.
std::string write_entry(const StreamEntry& entry);
// Throws StateDamaged.
StreamEntry read_entry(std::string_view bytes);
// Names the shape of these bytes and what their writer could fold. An entry with another one is not read: where the
// writer had to park records, this release may understand them.
std::string entry_format();

}  // namespace taskstream::command
