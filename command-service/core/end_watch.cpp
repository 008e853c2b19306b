#include "command-service/core/end_watch.hpp"

namespace taskstream::command {

EndWatch::Verdict EndWatch::judge(events::Partition partition, events::Offset end, SteadyTime now) {
  if (end >= asked_at_[partition]) {
    short_since_.erase(partition);
    return Verdict::Sound;
  }
  const SteadyTime since = short_since_.emplace(partition, now).first->second;
  return now - since >= kPatience ? Verdict::Damage : Verdict::Doubtful;
}

}  // namespace taskstream::command
