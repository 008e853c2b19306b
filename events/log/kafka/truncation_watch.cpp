#include "events/log/kafka/truncation_watch.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace taskstream::events::kafka {
namespace {

using namespace std::chrono_literals;

// librdkafka 2.0 does not show the leaders' epochs, so a change of leader is looked for.
constexpr auto kLookForLeadersEvery = 1'000ms;
constexpr auto kLookEvery = 10'000ms;
constexpr auto kPauseBetweenLooks = 200ms;
constexpr auto kLookAtMost = 2'000ms;

std::vector<PartitionCheckpoint> all_of(const Checkpoint& from, Partition partitions) {
  std::vector<PartitionCheckpoint> all;
  for (Partition p = 0; p < partitions; ++p) all.push_back(from.at(p));
  return all;
}

}  // namespace

TruncationWatch::TruncationWatch(const Cluster& cluster, Partition partitions, Checkpoint from,
                                 Reachability& reachability, std::function<void()> ring)
    : inspector_(cluster, partitions),
      reachability_(reachability),
      ring_(std::move(ring)),
      checkpoint_(all_of(from, partitions)),
      earlier_(checkpoint_),
      thread_([this] { run(); }) {}

TruncationWatch::~TruncationWatch() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TruncationWatch::advance(const std::vector<Progress>& progress) {
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, checkpoint] : progress) {
    const auto p = static_cast<std::size_t>(partition);
    checkpoint_[p] = checkpoint;
    if (earlier_[p].last_offset < 0) earlier_[p] = checkpoint;
  }
}

void TruncationWatch::suspect() {
  {
    const std::lock_guard lock(mutex_);
    in_doubt_ = true;
  }
  changed_.notify_all();
}

std::uint64_t TruncationWatch::cleared() const {
  const std::lock_guard lock(mutex_);
  return cleared_;
}

std::optional<std::string> TruncationWatch::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

void TruncationWatch::run() {
  std::unique_lock lock(mutex_);
  while (!closing_ && !damage_) {
    if (is_due(lock)) look(lock);
    if (damage_) break;
    changed_.wait_for(lock, kPauseBetweenLooks, [this] { return closing_; });
    if (!in_doubt_) changed_.wait_for(lock, kLookForLeadersEvery, [this] { return closing_ || in_doubt_; });
  }
}

bool TruncationWatch::is_due(std::unique_lock<std::mutex>& lock) {
  if (in_doubt_) return true;
  lock.unlock();
  const auto changed = inspector_.leaders_changed(std::chrono::steady_clock::now() + kLookAtMost);
  lock.lock();
  if (!changed) return true;  // whatever kept the cluster from answering may have changed the log
  return *changed || std::chrono::steady_clock::now() - last_look_ >= kLookEvery;
}

void TruncationWatch::look(std::unique_lock<std::mutex>& lock) {
  const bool was_in_doubt = std::exchange(in_doubt_, false);
  const Checkpoint earlier(earlier_);
  const Checkpoint checkpoint(checkpoint_);
  lock.unlock();
  const Finding finding = inspector_.inspect(earlier, checkpoint, std::chrono::steady_clock::now() + kLookAtMost);
  lock.lock();
  last_look_ = std::chrono::steady_clock::now();
  switch (finding.kind) {
    case Finding::Kind::Healthy:
      reachability_.confirm();
      for (Partition p = 0; p < checkpoint.size(); ++p) {
        if (checkpoint.at(p).last_offset >= 0) earlier_[static_cast<std::size_t>(p)] = checkpoint.at(p);
      }
      if (!was_in_doubt) return;
      ++cleared_;
      break;
    case Finding::Kind::Suspicious:
      spdlog::debug("Looking again: {}", finding.message);
      in_doubt_ = true;
      return;
    case Finding::Kind::Unavailable:
      in_doubt_ = true;
      return;
    case Finding::Kind::Damaged:
      damage_ = finding.message;
      break;
  }
  lock.unlock();
  ring_();
  lock.lock();
}

}  // namespace taskstream::events::kafka
