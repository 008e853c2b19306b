#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "events/contract/envelope.hpp"
#include "events/fold/acceptance.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::replay {

// What a record is to every reader.
struct Judgement {
  events::Verdict verdict = events::Verdict::Malformed;
  std::string reason;                        // of Malformed
  std::optional<events::Envelope> envelope;  // of all others; valid as long as the record
  events::StreamVersion before;              // where the stream stood
};

// The acceptance rule over a whole log, met in the order of its partitions. Keeps one version a stream, about 150
// bytes, and nothing of what the events say.
class Judge {
 public:
  explicit Judge(events::Partition partitions) : partitions_(partitions) {}

  Judgement judge(const events::LogRecord& record);
  std::size_t streams() const { return versions_.size(); }

 private:
  const events::Partition partitions_;
  std::unordered_map<std::string, events::StreamVersion> versions_;
};

}  // namespace taskstream::replay
