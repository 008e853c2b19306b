#pragma once

#include <functional>

#include "tests/simulation/client.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// What befalls sites and the log while clients are at work: crashes, outages, deposed leaders, foreign records, and a
// truncation at most once. It ends when all has been asked that is to be asked.
class Disturbances {
 public:
  Disturbances(World& world, Service& service) : world_(world), service_(service) {}

  void start();

 private:
  using Disturb = void (Disturbances::*)();

  void repeat(Time about, Disturb disturb);
  void crash();
  void kill(Site& site);
  void power_cut();
  void stall();
  void reset_producer();
  void outage();
  void depose_leader();
  void foreign_record();
  void truncate();
  events::Offset limit_of(events::Partition partition);
  void restart_what_has_stopped();
  int any_site();

  World& world_;
  Service& service_;
};

}  // namespace taskstream::simulation
