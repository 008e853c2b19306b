#pragma once

#include "events/log/kafka/client.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events::kafka {

// Finds the topic, or creates it where it may, and waits until each partition has a leader. Refuses a topic whose
// settings would lose events: LogRefused names each setting and the command that changes it. LogMissing when it is not
// there and may not be created, std::runtime_error when the cluster does not answer in time. Returns how many
// partitions there are.
Partition check_topic(const Cluster& cluster, const LogOptions& options, Deadline deadline);

}  // namespace taskstream::events::kafka
