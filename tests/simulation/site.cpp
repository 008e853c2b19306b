#include "tests/simulation/site.hpp"

#include <utility>

namespace taskstream::simulation {

Site::Site(World& world, int number)
    : world_(world),
      number_(number),
      skew_(world.random.between(-world.faults.skew_at_most, world.faults.skew_at_most)) {}

void Site::start() {
  if (instance_) return;
  instance_ = std::make_shared<Instance>(world_, number_, skew_);
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
  for (const command::Ticket ticket : std::set(under_way_)) end(ticket);
}

// Without an answer.
void Site::end(command::Ticket ticket) {
  Operation& operation = world_.history.at(ticket);
  operation.ended = Moment{.step = world_.schedule.step(), .time = world_.schedule.now(), .wall = world_.log.time()};
  operation.on_end(operation);
}

}  // namespace taskstream::simulation
