#pragma once

#include <map>
#include <string>
#include <vector>

#include "command-service/core/request.hpp"
#include "tests/simulation/random.hpp"

namespace taskstream::simulation {

// What a client has seen so far, and goes by.
struct Knowledge {
  std::map<events::StreamId, events::StreamVersion> versions;
  events::PositionVector fold;  // its latest consistency token
};

// Makes up what clients ask. There are few tasks, titles and people, so that clients get in each other's way.
class CommandGenerator {
 public:
  explicit CommandGenerator(Random& random);

  command::CommandRequest command(const std::string& actor, const Knowledge& knowledge);
  command::CommandRequest read(const Knowledge& knowledge);
  // Everybody turns to another task instead of this one.
  void retire(const events::StreamId& task);

  const std::vector<events::StreamId>& all_tasks() const { return all_tasks_; }
  // A task in this partition that nobody has heard of.
  events::StreamId missing_task(events::Partition partition, events::Partition partitions);

 private:
  command::TaskCommand any_command();
  command::Expectation expectation(const command::TaskCommand& command, const events::StreamId& task,
                                   const Knowledge& knowledge);
  std::vector<events::StreamVersion> versions(const events::StreamId& task, const Knowledge& knowledge);
  std::optional<command::RequestKey> key();
  void add_times(command::CommandRequest& request, const Knowledge& knowledge);
  events::StreamId new_task();

  Random& random_;
  std::vector<events::StreamId> hot_tasks_;
  std::vector<events::StreamId> all_tasks_;
  std::int64_t last_key_ = 0;
};

}  // namespace taskstream::simulation
