#pragma once

#include <map>
#include <string>

#include "events/log/event_log.hpp"
#include "events/log/kafka/client.hpp"

// A topic that is being filled by an import carries a mark, so that nobody takes a part of the events for the whole:
// `retention.ms` at the greatest number there is. It keeps events as long as -1 does, and check_topic() refuses it, in
// releases that do not know the mark too.
namespace taskstream::events::kafka {

bool is_marked_unfinished(const std::map<std::string, std::string>& settings);

// Return once the cluster shows the change. Throw std::runtime_error when it does not by the deadline.
void mark_unfinished(const Cluster& cluster, Deadline deadline);
void mark_finished(const Cluster& cluster, Deadline deadline);

// The commands that delete the topic, and that take the mark away, for an operator.
std::string deletion_of(const Cluster& cluster);
std::string unmarking_of(const Cluster& cluster);

}  // namespace taskstream::events::kafka
