#include "command-service/runtime/log_barrier.hpp"

#include <utility>

#include "events/contract/envelope.hpp"

namespace taskstream::command {
namespace {

// Barriers are spread over keys `log/barrier-0`, `log/barrier-1`, … until one lies in the partition that is wanted.
events::StreamId key_in(events::Partition partition, events::Partition partitions) {
  for (int i = 0;; ++i) {
    const std::string key = "log/barrier-" + std::to_string(i);
    if (events::partition_of(key, partitions) == partition) return *events::StreamId::parse(key);
  }
}

}  // namespace

events::Record barrier_record(events::Partition partition, events::Partition partitions, const std::string& source,
                              events::Instant now, const events::Uuid::Bytes& random) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  return events::to_record({.stream = key_in(partition, partitions),
                            .id = events::EventId(events::make_uuid_v7(ms, random)),
                            .version = {events::StreamVersion::kMax},
                            .context = {.source = source, .time = now, .actor = "system:barrier"},
                            .event = events::LogBarrier()});
}

void end_of_log_by_append(events::EventLog& log, events::Partition partition, events::Record barrier,
                          events::EventLog::EndDone done) {
  log.append(partition, std::move(barrier), [done = std::move(done)](events::AppendOutcome outcome) {
    if (outcome.status == events::AppendOutcome::Status::Appended && outcome.position) {
      events::PositionVector end;
      end.advance(outcome.position->partition, outcome.position->offset + 1);
      return done(std::move(end));
    }
    if (outcome.reason.empty()) outcome.reason = "the log would not say where the barrier stands";
    done(events::LogUnavailable{std::move(outcome.reason)});
  });
}

}  // namespace taskstream::command
