#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "tests/simulation/simulated_log.hpp"

namespace taskstream::simulation {

// Which sites still speak to a leader of a partition that was deposed and does not know it yet. Through it they see the
// partition as it was then, and nothing that they append gets anywhere.
class Leaders {
 public:
  explicit Leaders(const SimulatedLog& log) : log_(log) {}

  void depose(int site, events::Partition partition) { ends_.try_emplace({site, partition}, log_.end(partition)); }
  void find_out(int site, events::Partition partition) { ends_.erase({site, partition}); }
  bool is_deposed(int site, events::Partition partition) const { return ends_.contains({site, partition}); }

  // Where the partition ends, as the site's leader has it.
  events::Offset end(int site, events::Partition partition) const {
    const auto found = ends_.find({site, partition});
    const events::Offset end = log_.end(partition);
    return found != ends_.end() ? std::min(found->second, end) : end;
  }

 private:
  const SimulatedLog& log_;
  std::map<std::pair<int, events::Partition>, events::Offset> ends_;
};

}  // namespace taskstream::simulation
