#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "projection-service/replay/judge.hpp"

namespace taskstream::replay {

// What is wrong, and where.
struct Finding {
  std::string kind;
  std::string where;  // `0:17`, a partition and an offset, or a row of the read model
  std::string what;
};

// Looks at every record of a log, in the order of each partition, for what no healthy log has.
class LogCheck {
 public:
  struct Options {
    events::Partition partitions = 1;
    // Kafka: offsets may carry nothing, and the clocks of two leaders may differ.
    bool is_kafka = false;
    bool allow_malformed = false;
  };
  struct Counts {
    std::int64_t records = 0;
    std::int64_t accepted = 0;
    std::int64_t superseded = 0;
    std::int64_t malformed = 0;
    std::int64_t empty_offsets = 0;  // that carry no record
  };

  LogCheck(Options options, std::function<void(Finding)> report);

  void take(const events::LogRecord& record);
  // Every partition was read to its end.
  void finish();
  const Counts& counts() const { return counts_; }

 private:
  struct PartitionSoFar {
    events::Offset next = 0;
    events::Instant last_time;
  };

  void check_place(const events::LogRecord& record);
  void check_first(const events::LogRecord& record);
  void check_event(const events::LogRecord& record, const Judgement& judgement);
  void check_version(const events::LogRecord& record, const Judgement& judgement);
  void report(const char* kind, events::Position position, std::string what);

  const Options options_;
  const std::function<void(Finding)> report_;
  Judge judge_;
  Counts counts_;
  std::vector<PartitionSoFar> partitions_;
  std::unordered_set<std::string> quarantined_;  // streams that cannot be read on
  std::unordered_set<std::string> ahead_;        // streams of which a version is missing
};

}  // namespace taskstream::replay
