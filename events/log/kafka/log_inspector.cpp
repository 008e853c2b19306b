#include "events/log/kafka/log_inspector.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace taskstream::events::kafka {
namespace {

using namespace std::chrono_literals;

// A new leader may say for a moment that its partition ends earlier, and a deposed one for as long as it does not know;
// a broker that starts may not know the topic yet.
constexpr auto kTooShortPatience = 15'000ms;
constexpr auto kGonePatience = 10'000ms;

constexpr auto kWhatToDo =
    " Going on would mix two histories, so this process stops. If the topic was restored or made anew on purpose, "
    "delete "
    "this service's local files (state file, read model) and start it again; if not, restore the topic first.";

std::string place(const std::string& topic, Partition partition, Offset offset) {
  return "offset " + std::to_string(offset) + " of partition " + std::to_string(partition) + " of topic '" + topic +
         "'";
}

}  // namespace

LogInspector::LogInspector(const Cluster& cluster, Partition partitions)
    : topic_(cluster.topic),
      partitions_(partitions),
      client_(Client::consumer(cluster, {}, nullptr)),
      reader_(cluster),
      all_(static_cast<std::size_t>(partitions)) {
  std::iota(all_.begin(), all_.end(), 0);
}

Finding LogInspector::inspect(const Checkpoint& earlier, const Checkpoint& checkpoint, Deadline deadline) {
  Finding finding = inspect_edges(checkpoint, deadline);
  if (finding.kind == Finding::Kind::Healthy) finding = inspect_last_records(earlier, checkpoint, deadline);
  if (finding.kind == Finding::Kind::Healthy) finding = inspect_last_records(checkpoint, Checkpoint(), deadline);
  if (finding.kind == Finding::Kind::Healthy) too_short_since_.reset();
  return finding;
}

Finding LogInspector::inspect_edges(const Checkpoint& checkpoint, Deadline deadline) {
  const auto starts = ask_offsets(client(), all_, Edge::Start, deadline);
  if (starts.has_error()) return failed(starts.error());
  const auto ends = ask_offsets(client(), all_, Edge::End, deadline);
  if (ends.has_error()) return failed(ends.error());
  gone_since_.reset();

  for (const Partition p : all_) {
    const Offset start = (*starts)[static_cast<std::size_t>(p)];
    if (start == 0) continue;
    return {Finding::Kind::Damaged, "The log has lost its beginning: everything before " + place(topic_, p, start) +
                                        " was deleted (by retention, or by kafka-delete-records)." + kWhatToDo};
  }
  for (const Partition p : all_) {
    const Offset end = (*ends)[static_cast<std::size_t>(p)];
    if (end >= checkpoint.at(p).next) continue;
    return once_it_lasts(too_short_since_, kTooShortPatience,
                         "The log is shorter than what was read of it: it ends before " + place(topic_, p, end) +
                             ", and offset " + std::to_string(checkpoint.at(p).next - 1) +
                             " was read. It was truncated, or deleted and made anew." + kWhatToDo);
  }
  return {};
}

Finding LogInspector::inspect_last_records(const Checkpoint& checkpoint, const Checkpoint& other, Deadline deadline) {
  std::vector<Position> last;
  for (const Partition p : all_) {
    if (checkpoint.at(p).last_offset < 0 || checkpoint.at(p) == other.at(p)) continue;
    last.push_back({.partition = p, .offset = checkpoint.at(p).last_offset});
  }
  const auto records = reader_.read(last, deadline);
  if (records.has_error()) return failed(records.error());
  for (std::size_t i = 0; i < last.size(); ++i) {
    const auto& record = (*records)[i];
    const std::string& expected = checkpoint.at(last[i].partition).last_id;
    if (record && identity_of(record->record) == expected) continue;
    std::string message =
        "The log is not the one that was read: at " + place(topic_, last[i].partition, last[i].offset) + " stands " +
        (record ? "event '" + identity_of(record->record) + "'" : std::string("no record")) + ", and event '" +
        expected + "' was read there. It was truncated and written on, or deleted and made anew." + kWhatToDo;
    // Another record there will not go away; none may only mean that a leader does not know its end yet.
    if (!record) return once_it_lasts(too_short_since_, kTooShortPatience, std::move(message));
    return {Finding::Kind::Damaged, std::move(message)};
  }
  return {};
}

// What it has to say would pile up if nobody polled it.
Client& LogInspector::client() {
  rd_kafka_poll(client_->get(), 0);
  return *client_;
}

std::optional<bool> LogInspector::leaders_changed(Deadline deadline) {
  auto leaders = ask_leaders(client(), deadline);
  if (leaders.has_error()) return std::nullopt;
  const bool have_changed = *leaders != leaders_;
  leaders_ = std::move(*leaders);
  return have_changed;
}

Finding LogInspector::failed(const AskError& error) {
  too_short_since_.reset();  // what was short before was not so all the time since
  if (!error.says_topic_is_unknown()) {
    gone_since_.reset();
    return {Finding::Kind::Unavailable, error.reason};
  }
  return once_it_lasts(gone_since_, kGonePatience,
                       "The log is gone: the Kafka cluster does not know topic '" + topic_ + "', or not all of its " +
                           std::to_string(partitions_) + " partitions." + kWhatToDo);
}

Finding LogInspector::once_it_lasts(std::optional<Clock::time_point>& since, std::chrono::milliseconds patience,
                                    std::string message) {
  if (!since) since = Clock::now();
  const bool lasts = Clock::now() - *since >= patience;
  return {lasts ? Finding::Kind::Damaged : Finding::Kind::Suspicious, std::move(message)};
}

}  // namespace taskstream::events::kafka
