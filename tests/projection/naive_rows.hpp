#pragma once

#include <map>
#include <string>
#include <vector>

#include "events/fold/stream_fold.hpp"
#include "events/log/checkpoint.hpp"
#include "events/log/genesis.hpp"

namespace taskstream::projection::testing {

// The rows that a log comes to, made a second time and naively: everything in memory, no batches, no positions to go on
// from, and history items made by comparing bodies. `dump()` is ReadModel::dump() of a model that holds the same.
class NaiveRows {
 public:
  explicit NaiveRows(const events::LogIdentity& identity) : identity_(identity) {}

  void apply(const events::LogRecord& record);
  std::string dump() const;

 private:
  struct Sight {
    events::Position at;
    std::int64_t version = 0;
  };

  void lose_sight(const std::string& key, const events::State& before, const events::TaskState& after,
                  events::Position at);
  std::string terms(std::string_view kind) const;
  void park(const events::LogRecord& record, const std::string& reason, const std::string& stream);

  events::LogIdentity identity_;
  events::Checkpoint checkpoint_;
  std::map<std::string, events::Stream> streams_;
  std::map<std::string, events::Position> changed_at_;                     // of tasks
  std::map<std::string, std::map<std::string, Sight>> lost_;               // by stream and who, in hex; "" = everybody
  std::map<std::string, std::vector<std::string>> history_;  // by stream, in the order of versions
  std::map<events::Position, std::string> parked_;
};

}  // namespace taskstream::projection::testing
