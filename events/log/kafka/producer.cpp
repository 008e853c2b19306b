#include "events/log/kafka/producer.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace taskstream::events::kafka {

Producer::Producer(Cluster cluster, std::chrono::milliseconds message_timeout, Reachability& reachability)
    : cluster_(std::move(cluster)), message_timeout_(message_timeout), reachability_(reachability) {
  const std::lock_guard lock(mutex_);
  current_ = open();
}

Producer::~Producer() {
  std::vector<std::unique_ptr<ProducerHandle>> handles;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    handles.swap(retired_);
    handles.push_back(std::move(current_));
  }
  // Their threads may be waiting for the lock; they are joined without it.
}

std::unique_ptr<ProducerHandle> Producer::open() {
  return std::make_unique<ProducerHandle>(cluster_, message_timeout_, reachability_, [this] { replace(); });
}

void Producer::append(Partition partition, const Record& record, EventLog::AppendDone done) {
  std::optional<std::string> refusal;
  {
    const std::lock_guard lock(mutex_);
    refusal = current_->produce(partition, record, done);
  }
  if (!refusal) return;
  done({.status = AppendOutcome::Status::NotAppended, .position = {}, .log_time = {}, .reason = std::move(*refusal)});
}

// Called on the thread of the handle that died, so its successor starts off the hot path.
void Producer::replace() try {
  std::unique_ptr<ProducerHandle> successor = open();
  std::vector<std::unique_ptr<ProducerHandle>> finished;
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  std::erase_if(retired_, [&](auto& handle) {
    if (!handle->is_finished()) return false;
    finished.push_back(std::move(handle));
    return true;
  });
  current_->retire();
  retired_.push_back(std::exchange(current_, std::move(successor)));
} catch (const std::exception& error) {
  spdlog::error("No new Kafka producer in place of the dead one yet: {}", error.what());
}

}  // namespace taskstream::events::kafka
