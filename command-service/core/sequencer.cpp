#include "command-service/core/sequencer.hpp"

#include <algorithm>
#include <utility>

#include "events/log/checkpoint.hpp"

namespace taskstream::command {

using events::LogRecord;
using events::Offset;

Sequencer::Step Sequencer::on_tail(LogRecord record) {
  const Offset offset = record.position.offset;
  if (offset < next_) {
    if (ahead_of_tail_.empty() || ahead_of_tail_.front().offset != offset) return Ready{};
    const std::string read = events::identity_of(record.record);
    const std::string reported = std::exchange(ahead_of_tail_.front().id, {});
    ahead_of_tail_.pop_front();
    if (read != reported) return contradiction(offset, reported, read);
    return Ready{};
  }
  if (auto passed_over = find_passed_over(offset)) return *std::move(passed_over);
  if (const auto same = reported_.find(offset); same != reported_.end()) {
    const std::string reported = events::identity_of(same->second.record);
    const std::string read = events::identity_of(record.record);
    if (read != reported) return contradiction(offset, reported, read);
    reported_.erase(same);
  }
  Ready ready;
  fold(std::move(record), ready);
  return ready;
}

Sequencer::Step Sequencer::on_report(LogRecord own) {
  const Offset offset = own.position.offset;
  if (offset < next_) return Ready{};  // the tail was first; who reports compares what was read there
  if (offset > next_) {
    reported_.insert_or_assign(offset, std::move(own));
    return Ready{};
  }
  ahead_of_tail_.push_back({.offset = offset, .id = events::identity_of(own.record)});
  Ready ready;
  fold(std::move(own), ready);
  return ready;
}

Sequencer::Step Sequencer::on_partition_end(Offset end) {
  Ready ready;
  if (end <= next_) return ready;
  if (auto passed_over = find_passed_over(end)) return *std::move(passed_over);
  next_ = end;
  release_reported(ready);
  return ready;
}

void Sequencer::fold(LogRecord record, Ready& ready) {
  next_ = record.position.offset + 1;
  ready.push_back(std::move(record));
  release_reported(ready);
}

// Every reported record that now stands exactly at the fold's position.
void Sequencer::release_reported(Ready& ready) {
  for (auto own = reported_.begin(); own != reported_.end() && own->first == next_; own = reported_.erase(own)) {
    ahead_of_tail_.push_back({.offset = next_, .id = events::identity_of(own->second.record)});
    ready.push_back(std::move(own->second));
    ++next_;
  }
}

// The tail, which stands at the offset now, skips no record: an acknowledged one that it did not bring is not there.
std::optional<std::string> Sequencer::find_passed_over(Offset offset) const {
  if (!ahead_of_tail_.empty()) {
    return contradiction(ahead_of_tail_.front().offset, ahead_of_tail_.front().id, "nothing");
  }
  if (!reported_.empty() && reported_.begin()->first < offset) {
    const auto& [reported_offset, own] = *reported_.begin();
    return contradiction(reported_offset, events::identity_of(own.record), "nothing");
  }
  return std::nullopt;
}

std::string Sequencer::contradiction(Offset offset, const std::string& reported, const std::string& read) const {
  return "partition " + std::to_string(partition_) + ", offset " + std::to_string(offset) +
         ": the log acknowledged event " + reported + " there, but " + read +
         " is what it holds. It was truncated or made anew, and acknowledged events are gone.";
}

}  // namespace taskstream::command
