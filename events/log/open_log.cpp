#include "events/log/open_log.hpp"

#include "events/log/file/file_event_log.hpp"
#include "events/log/file/new_file_log.hpp"
#include "events/log/kafka/kafka_event_log.hpp"
#include "events/log/kafka/new_kafka_log.hpp"
#include "events/log/new_log.hpp"

namespace taskstream::events {
namespace {

struct Open {
  const LogOptions& options;
  Deadline deadline;

  std::unique_ptr<EventLog> operator()(const KafkaUrl& url) const { return open_kafka_log(url, options, deadline); }
  std::unique_ptr<EventLog> operator()(const FileUrl& url) const { return open_file_log(url, options, deadline); }
};

struct Begin {
  const LogOptions& options;
  Deadline deadline;

  std::unique_ptr<NewLog> operator()(const KafkaUrl& url) const { return begin_kafka_log(url, options, deadline); }
  std::unique_ptr<NewLog> operator()(const FileUrl& url) const { return begin_file_log(url, options, deadline); }
};

}  // namespace

std::unique_ptr<NewLog> begin_log(const LogUrl& url, const LogOptions& options, Deadline deadline) {
  return std::visit(Begin{.options = options, .deadline = deadline}, url);
}

std::unique_ptr<EventLog> open_log(const LogUrl& url, const LogOptions& options, Deadline deadline) {
  return std::visit(Open{.options = options, .deadline = deadline}, url);
}

}  // namespace taskstream::events
