#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// A `log.barrier` under a key that lies in this partition. Its version is never accepted, so it changes nothing and can
// be appended at any time: it only takes an offset.
events::Record barrier_record(events::Partition partition, events::Partition partitions, const std::string& source,
                              events::Instant now, const events::Uuid::Bytes& random);

// Learns the end of a partition by appending the barrier to it with acks=all. An end-of-log request can be answered by
// a leader that was deposed and does not know it yet; an append cannot. `done` runs once, on a thread of the log's.
void end_of_log_by_append(events::EventLog& log, events::Partition partition, events::Record barrier,
                          events::EventLog::EndDone done);

}  // namespace taskstream::command
