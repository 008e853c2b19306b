#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/log/event_log.hpp"

namespace taskstream::command {

// Merges the two sources that tell what stands in one partition, the tail and our own delivery reports, into one
// sequence in offset order. With acks=all a report with an offset is as good as having read the record back, and it
// often comes first; but only a record that stands exactly at the fold's position has a known verdict, so one that is
// ahead waits here until the tail has brought what lies between.
class Sequencer {
 public:
  // The records that are ready to be folded now, in order. An error is a sentence that says how the log contradicts
  // itself: the service must then stop.
  using Ready = std::vector<events::LogRecord>;
  using Step = boost::system::result<Ready, std::string>;

  explicit Sequencer(events::Partition partition, events::Offset next = 0) : partition_(partition), next_(next) {}

  Step on_tail(events::LogRecord record);
  Step on_report(events::LogRecord own);
  // Control records take offsets and carry nothing: the tail's end may lie past the last record.
  Step on_partition_end(events::Offset end);

  // Everything before this offset is folded.
  events::Offset next() const { return next_; }
  // How many acknowledged records the tail has not brought back yet. They are all kept here until it has.
  std::size_t ahead_of_tail() const { return ahead_of_tail_.size() + reported_.size(); }

 private:
  struct FoldedAhead {
    events::Offset offset;
    std::string id;
  };

  void fold(events::LogRecord record, Ready& ready);
  void release_reported(Ready& ready);
  std::optional<std::string> find_passed_over(events::Offset offset) const;
  std::string contradiction(events::Offset offset, const std::string& reported, const std::string& read) const;

  events::Partition partition_;
  events::Offset next_;
  std::map<events::Offset, events::LogRecord> reported_;  // ahead of next_
  std::deque<FoldedAhead> ahead_of_tail_;                 // folded from a report, not yet read back
};

}  // namespace taskstream::command
