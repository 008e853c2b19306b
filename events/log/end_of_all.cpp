#include "events/log/end_of_all.hpp"

#include <memory>

#include "events/log/asking.hpp"

namespace taskstream::events {

PositionVector end_of_all(EventLog& log, Deadline deadline) {
  const std::vector<Partition> all = all_partitions(log.partitions());
  return persist(deadline, [&] {
    auto promise = std::make_shared<std::promise<EventLog::EndsOfPartitions>>();
    log.end_of_log(all, deadline, [promise](EventLog::EndsOfPartitions ends) { promise->set_value(std::move(ends)); });
    return await(promise->get_future(), deadline);
  });
}

}  // namespace taskstream::events
