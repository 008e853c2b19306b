#pragma once

#include <functional>
#include <memory>
#include <set>

#include "command-service/state/memory_state_store.hpp"
#include "tests/simulation/instance.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// A machine with a clock of its own, on which instances run one after another.
class Site {
 public:
  Site(World& world, int number);

  // Hands the operation to the instance that runs here, and tells its client when it has ended. With no instance here
  // it ends at once, unanswered and not taken.
  void ask(Operation operation, std::function<void(const Operation&)> on_end);
  void start();
  void crash();
  // Null while none runs.
  Instance* instance() { return instance_.get(); }

 private:
  void end(command::Ticket ticket);
  bool state_fits_the_log();

  World& world_;
  int number_;
  Time skew_;
  command::MemoryStateStore state_;  // the file on its disk
  std::shared_ptr<Instance> instance_;
  std::set<command::Ticket> under_way_;
};

}  // namespace taskstream::simulation
