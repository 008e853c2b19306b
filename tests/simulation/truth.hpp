#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/contract/envelope.hpp"
#include "events/fold/stream_fold.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::simulation {

// One version of a stream: the record that made it, and what the stream was then. It was the current one from the step
// in which its record landed until the one in which the next version's did.
struct Version {
  events::Offset offset = -1;
  std::int64_t step = 0;
  events::EventId event_id;
  std::string request;  // which one asked for it; empty when it was none of ours
  std::optional<events::CommandKey> key;
  std::optional<events::RecordedEvent> recorded;  // empty when it cannot be folded
  events::Stream after;
};

// What the log means, apart from what any replica makes of it: each record is folded as it lands. Which records are
// accepted is written here a second time, so that a mistake in the one piece of code that all readers share shows.
class Truth {
 public:
  explicit Truth(events::Partition partitions, bool follows_a_loss = false)
      : partitions_(partitions), follows_a_loss_(follows_a_loss) {}

  void fold(events::Position position, const events::Record& record, std::int64_t step);

  // It is of a log that has lost records.
  bool follows_a_loss() const { return follows_a_loss_; }
  // [n] is version n; [0] is before the first event.
  const std::vector<Version>& versions(const events::StreamId& stream) const;
  // The version that a fold up to here, exclusive, knows.
  std::size_t version_in(const events::StreamId& stream, const events::PositionVector& fold) const;
  events::Partition partition_of(const events::StreamId& stream) const;

  struct Accepted {
    events::StreamId stream;
    std::size_t version;
  };
  const Accepted* find(const events::EventId& id) const;
  // The accepted events that a request asked for.
  std::vector<events::EventId> accepted_for(const std::string& request) const;

  const std::map<events::StreamId, std::vector<Version>>& streams() const { return streams_; }
  // Where the shared code and the rule as it is written here disagree.
  const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  events::Partition partitions_;
  bool follows_a_loss_;
  std::map<events::StreamId, std::vector<Version>> streams_;
  std::unordered_map<events::EventId, Accepted> accepted_;
  std::unordered_map<std::string, std::vector<events::EventId>> by_request_;
  std::vector<std::string> contradictions_;
};

}  // namespace taskstream::simulation
