#include "command-service/runtime/log_barrier.hpp"

#include <memory>
#include <mutex>
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

// Gathers the outcomes of the barriers; the last one to come in runs `done`.
struct Gathering {
  std::mutex mutex;
  std::size_t missing = 0;
  events::PositionVector end;
  std::string failure;
  events::EventLog::EndDone done;

  void add(const events::AppendOutcome& outcome) {
    const std::lock_guard lock(mutex);
    if (outcome.status == events::AppendOutcome::Status::Appended && outcome.position) {
      end.advance(outcome.position->partition, outcome.position->offset + 1);
    } else {
      failure = outcome.reason.empty() ? "the log would not say where the barrier stands" : outcome.reason;
    }
    if (--missing > 0) return;
    if (failure.empty()) {
      done(std::move(end));
    } else {
      done(events::LogUnavailable{std::move(failure)});
    }
  }
};

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

void end_of_log_by_append(events::EventLog& log, std::vector<std::pair<events::Partition, events::Record>> barriers,
                          events::EventLog::EndDone done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->missing = barriers.size();
  gathering->done = std::move(done);
  for (auto& [partition, record] : barriers) {
    log.append(partition, std::move(record),
               [gathering](const events::AppendOutcome& outcome) { gathering->add(outcome); });
  }
}

}  // namespace taskstream::command
