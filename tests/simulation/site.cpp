#include "tests/simulation/site.hpp"

#include <utility>

namespace taskstream::simulation {

Site::Site(World& world, int number)
    : world_(world),
      number_(number),
      skew_(world.random.between(-world.faults.skew_at_most, world.faults.skew_at_most)) {}

void Site::start() {
  if (instance_) return;
  // The tail would find it out, and whoever runs the service delete the file.
  if (!state_fits_the_log()) state_.lose(state_.commits());
  instance_ = std::make_shared<Instance>(world_, number_, skew_, state_);
  instance_->start();
}

void Site::ask(Operation operation, std::function<void(const Operation&)> on_end) {
  const command::Ticket ticket = world_.history.operations.size() + 1;
  operation.ticket = ticket;
  operation.site = number_;
  operation.request.correlation_id = std::to_string(ticket);
  // The client hears of it later: it must not send the next one out of the middle of this one's effects.
  operation.on_end = [this, on_end = std::move(on_end)](const Operation& ended) {
    under_way_.erase(ended.ticket);
    world_.schedule.after(Time(200), [&ended, on_end] { on_end(ended); });
  };
  world_.history.operations.push_back(std::move(operation));
  under_way_.insert(ticket);
  if (!instance_) return end(ticket);
  instance_->ask(ticket);
}

void Site::crash() {
  if (!instance_) return;
  instance_->die();
  instance_.reset();
  if (world_.random.chance(world_.faults.saved_is_lost)) {
    state_.lose(static_cast<std::size_t>(world_.random.between(1, 4)));
  }
  for (const command::Ticket ticket : std::set(under_way_)) end(ticket);
}

// The id of the last record tells, unless a copy of just that record has come to just that place again. Here such
// accidents happen, so what was saved behind the place of the loss is never taken.
bool Site::state_fits_the_log() {
  const events::Checkpoint checkpoint = state_.checkpoint();
  if (const auto& truncation = world_.log.truncation()) {
    if (checkpoint.at(truncation->from.partition).next > truncation->from.offset) return false;
  }
  for (events::Partition partition = 0; partition < checkpoint.size(); ++partition) {
    const events::PartitionCheckpoint at = checkpoint.at(partition);
    if (at.next > world_.log.end(partition)) return false;
    if (at.last_offset < 0) continue;
    const SharedRecord last = world_.log.at({.partition = partition, .offset = at.last_offset});
    if (last == nullptr || events::identity_of(*last) != at.last_id) return false;
  }
  return true;
}

// Without an answer.
void Site::end(command::Ticket ticket) {
  Operation& operation = world_.history.at(ticket);
  operation.ended = Moment{.step = world_.schedule.step(), .time = world_.schedule.now(), .wall = world_.log.time()};
  operation.on_end(operation);
}

}  // namespace taskstream::simulation
