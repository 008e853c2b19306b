#pragma once

#include <optional>
#include <set>

#include "events/log/kafka/offsets.hpp"

namespace taskstream::events::kafka {

// Where many partitions end, as far as their leaders say. librdkafka answers for all of them or for none, so while one
// broker hangs its partitions are asked apart from the others, whose answers then come as ever. One thread's own.
class EndsQuery {
 public:
  struct Answer {
    PositionVector ends;
    std::set<Partition> missing;
    std::optional<AskError> error;  // why, where some are missing

    bool has_all(const std::vector<Partition>& of) const;
  };

  explicit EndsQuery(Client& client) : client_(client) {}

  Answer ask(const std::set<Partition>& of, Deadline deadline);

 private:
  void ask_together(const std::set<Partition>& of, Deadline deadline, Answer& into);
  void ask_leader_by_leader(const std::set<Partition>& of, std::chrono::milliseconds each, Answer& into);

  Client& client_;
  std::set<Partition> troubled_;  // whose leader did not answer when it was last asked
};

}  // namespace taskstream::events::kafka
