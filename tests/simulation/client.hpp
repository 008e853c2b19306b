#pragma once

#include <vector>

#include "tests/simulation/commands.hpp"
#include "tests/simulation/site.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// What clients have in common.
struct Service {
  std::vector<Site> sites;
  CommandGenerator generator;
  int still_to_ask = 0;  // operations; retries count
};

// Somebody who asks one thing after another, at whatever site, and asks again when the outcome is not known.
class Client {
 public:
  Client(World& world, Service& service, command::Asker asker);

  void start() { act(); }

 private:
  void act();
  void send_one();
  void send(Operation operation, int attempt);
  void send_batch(const std::vector<BatchCommand>& commands, int attempt);
  void on_end(const Operation& operation, int attempt);
  void learn(const Operation& operation);
  bool tries_again(const Operation& operation, int attempt);

  Site& any_site();

  World& world_;
  Service& service_;
  command::Asker asker_;
  Knowledge knowledge_;
};

}  // namespace taskstream::simulation
