#include "projection-service/replay/appender.hpp"

#include <chrono>
#include <utility>

#include "events/contract/envelope.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

constexpr std::size_t kUnderWayAtMost = 2'000;
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

// Every answer still finds this object: the log answers each append, at the latest at its message timeout.
Appender::~Appender() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return under_way_ == 0; });
}

void Appender::append(events::Record record) {
  await_at_most(kUnderWayAtMost - 1);
  {
    const std::lock_guard lock(mutex_);
    under_way_ += 1;
  }
  const events::Partition partition = events::partition_of(*record.key, log_.partitions());
  log_.append(partition, std::move(record), [this](events::AppendOutcome outcome) {
    const std::lock_guard lock(mutex_);
    under_way_ -= 1;
    if (outcome.status != events::AppendOutcome::Status::Appended && failure_.empty()) {
      failure_ = outcome.reason.empty() ? "it does not say why" : outcome.reason;
    }
    changed_.notify_all();
  });
}

void Appender::await_all() {
  await_at_most(0);
}

void Appender::await_at_most(std::size_t under_way) {
  std::unique_lock lock(mutex_);
  while (under_way_ > under_way && failure_.empty()) {
    changed_.wait_for(lock, kLook);
    interruption_.throw_if_requested();
  }
  interruption_.throw_if_requested();
  if (!failure_.empty()) throw CannotUse("The log did not take an event: " + failure_ + ".");
}

}  // namespace taskstream::replay
