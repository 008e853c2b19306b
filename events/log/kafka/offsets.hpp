#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "events/log/event_log.hpp"
#include "events/log/kafka/client.hpp"

namespace taskstream::events::kafka {

struct AskError {
  rd_kafka_resp_err_t code;
  std::string reason;

  // The cluster is busy moving leaders or out of reach for a moment.
  bool is_passing() const;
  bool says_topic_is_unknown() const;
};

enum class Edge { Start, End };

// Where these partitions start or end now, in the order asked for. Blocks until the deadline at the latest.
boost::system::result<std::vector<Offset>, AskError> ask_offsets(Client& client, const std::vector<Partition>& of,
                                                                 Edge edge, Deadline deadline);

// The leader of every partition; -1 where there is none. Also refreshes what the client knows of the cluster.
boost::system::result<std::vector<std::int32_t>, AskError> ask_leaders(Client& client, Deadline deadline);

// What librdkafka wants to hear; never less than 1.
int ms_until(Deadline deadline);

}  // namespace taskstream::events::kafka
