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

// An item of a batch.
struct BatchCommand {
  command::CommandRequest request;
  bool expects_previous = false;
};

// Makes up what clients ask. There are few tasks, titles, people and addresses, so that clients get in each other's
// way.
class CommandGenerator {
 public:
  explicit CommandGenerator(Random& random);

  command::CommandRequest command(const command::Asker& asker, const Knowledge& knowledge);
  command::CommandRequest read(const command::Asker& asker, const Knowledge& knowledge);
  // Each with a key, mostly several on one stream.
  std::vector<BatchCommand> batch(const command::Asker& asker, Knowledge knowledge);
  // Everybody turns to another task or user instead of this one.
  void retire(const events::StreamId& stream);

  // One of those who mostly get the tasks.
  const events::StreamId& hot_user(std::size_t number) const { return hot_users_.at(number); }
  // Of tasks and users.
  const std::vector<events::StreamId>& all_streams() const { return all_streams_; }
  events::StreamId new_task();
  events::StreamId new_user();
  // A task in this partition that nobody has heard of.
  events::StreamId missing_task(events::Partition partition, events::Partition partitions);

 private:
  command::CommandRequest command_on(const events::StreamId& stream, const command::Asker& asker,
                                     const Knowledge& knowledge);
  command::TaskCommand any_task_command();
  command::UserCommand any_user_command();
  command::Expectation expectation(const command::CommandRequest& request, const Knowledge& knowledge);
  std::vector<events::StreamVersion> versions(const events::StreamId& stream, const Knowledge& knowledge);
  std::optional<command::RequestKey> any_key();
  command::RequestKey new_key();
  void add_times(command::CommandRequest& request, const Knowledge& knowledge);
  events::UserId any_user();
  events::StreamId any_stream(const std::vector<events::StreamId>& hot);

  Random& random_;
  std::vector<events::StreamId> hot_tasks_;
  std::vector<events::StreamId> hot_users_;
  std::vector<events::StreamId> all_streams_;
  std::int64_t last_key_ = 0;
};

}  // namespace taskstream::simulation
