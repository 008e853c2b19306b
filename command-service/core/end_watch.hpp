#pragma once

#include <map>

#include "command-service/core/request.hpp"
#include "events/log/position.hpp"

namespace taskstream::command {

// Judges the ends of partitions that the log tells. One below where the fold stood when it was asked for comes from a
// leader that was deposed and does not know it yet, which passes, or from a log that has lost what was folded from it,
// which does not.
class EndWatch {
 public:
  enum class Verdict {
    Sound,     // a barrier may rest on it
    Doubtful,  // it proves nothing: ask again
    Damage,    // it has lain below the fold for too long
  };

  // The end is asked for now, while the fold stands here.
  void note_asked(events::Partition partition, events::Offset fold) { asked_at_[partition] = fold; }
  Verdict judge(events::Partition partition, events::Offset end, SteadyTime now);

 private:
  // Longer than a deposed leader goes on answering.
  static constexpr std::chrono::seconds kPatience{15};

  std::map<events::Partition, events::Offset> asked_at_;
  std::map<events::Partition, SteadyTime> short_since_;
};

}  // namespace taskstream::command
