#include "projection-service/http/change_hub.hpp"

#include <utility>

namespace taskstream::projection {
namespace {

constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
constexpr std::size_t kOverheadBytes = 1'024;  // of a change, beside its texts

// What filters and sight look at.
events::TaskState without_long_texts(events::TaskState task) {
  task.title.clear();
  task.description.reset();
  return task;
}

StreamedChange streamed(const events::LogId& log, TaskChange& change) {
  StreamedChange streamed{.position = change.position,
                          .before = {},
                          .after = without_long_texts(std::move(change.after)),
                          .text = {.id = encode_change_token(log, {.seen = std::move(change.positions), .walk = {}}),
                                   .event = std::move(change.event),
                                   .changes = std::move(change.changes),
                                   .task = std::move(change.task)}};
  if (change.before) streamed.before = without_long_texts(*std::move(change.before));
  return streamed;
}

std::size_t weight_of(const StreamedChange& change) {
  return kOverheadBytes + change.text.size();
}

}  // namespace

std::shared_ptr<void> ChangeHub::open() {
  if (open_streams_.fetch_add(1) < max_streams_ || max_streams_ == 0) {
    return {static_cast<void*>(this), [this](void*) { --open_streams_; }};
  }
  --open_streams_;
  return nullptr;
}

void ChangeHub::add_lane(const std::shared_ptr<StreamLane>& lane) {
  const std::lock_guard lock(mutex_);
  lanes_.push_back(lane);
}

std::optional<ChangeHub::Place> ChangeHub::find(const events::PositionVector& positions) const {
  const std::lock_guard lock(mutex_);
  if (!positions.covers(dropped_)) return std::nullopt;
  // From the end: whoever asks has read the newest rows a moment ago.
  Place place = end();
  while (place > first_ && !positions.covers(changes_[place - first_ - 1]->position)) --place;
  return place;
}

events::PositionVector ChangeHub::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

boost::system::result<ChangeHub::Taken, ChangeHub::Lost> ChangeHub::take(Place& place, std::size_t max_bytes) const {
  const std::lock_guard lock(mutex_);
  if (place < first_) return place < gap_ ? Lost::Gap : Lost::Fallen;
  Taken taken;
  std::size_t bytes = 0;
  for (; place < end() && bytes < max_bytes; ++place) {
    taken.changes.push_back(changes_[place - first_]);
    bytes += taken.changes.back()->text.size();
  }
  if (place == end()) taken.newest = newest_;
  return taken;
}

void ChangeHub::publish(const events::LogId& log, Committed& committed) {
  std::vector<std::shared_ptr<const StreamedChange>> added;
  if (committed.changes) {
    added.reserve(committed.changes->size());
    for (TaskChange& change : *committed.changes) {
      added.push_back(std::make_shared<const StreamedChange>(streamed(log, change)));
    }
  }
  const bool collected = std::exchange(committed.changes, std::nullopt).has_value();

  {
    const std::lock_guard lock(mutex_);
    if (!collected || newest_ != committed.before) {
      start_over(committed.positions);
    } else {
      for (auto& change : added) add(std::move(change));
    }
    newest_ = committed.positions;
  }
  if (open_streams_ > 0 && (!collected || !added.empty())) wake_all();
}

void ChangeHub::wake_all() {
  std::vector<std::weak_ptr<StreamLane>> lanes;
  {
    const std::lock_guard lock(mutex_);
    lanes = lanes_;
  }
  for (const auto& weak : lanes) {
    if (const auto lane = weak.lock()) lane->news();
  }
}

// The place that streams at the end stand at now belongs to nobody any more: each of them reads on from the rows.
void ChangeHub::start_over(const events::PositionVector& positions) {
  first_ = end() + 1;
  gap_ = first_;
  changes_.clear();
  bytes_ = 0;
  dropped_ = positions;
}

void ChangeHub::add(std::shared_ptr<const StreamedChange> change) {
  bytes_ += weight_of(*change);
  changes_.push_back(std::move(change));
  while (bytes_ > kMaxBytes) {
    const StreamedChange& oldest = *changes_.front();
    dropped_.advance(oldest.position.partition, oldest.position.offset + 1);
    bytes_ -= weight_of(oldest);
    changes_.pop_front();
    ++first_;
  }
}

}  // namespace taskstream::projection
