#include "events/log/open_log.hpp"

#include "events/log/file/file_event_log.hpp"
#include "events/log/kafka/kafka_event_log.hpp"

namespace taskstream::events {
namespace {

struct Open {
  const LogOptions& options;
  Deadline deadline;

  std::unique_ptr<EventLog> operator()(const KafkaUrl& url) const { return open_kafka_log(url, options, deadline); }
  std::unique_ptr<EventLog> operator()(const FileUrl& url) const { return open_file_log(url, options, deadline); }
};

}  // namespace

std::unique_ptr<EventLog> open_log(const LogUrl& url, const LogOptions& options, Deadline deadline) {
  return std::visit(Open{.options = options, .deadline = deadline}, url);
}

}  // namespace taskstream::events
