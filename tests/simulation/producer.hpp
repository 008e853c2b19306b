#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// The way of one instance's appends into the log, and of what is said about them. Whatever happens on it was drawn when
// the append set out, unless the producer is reset, or its instance dies, while it is under way.
class Producer {
 public:
  using Done = std::function<void(events::AppendOutcome)>;

  Producer(World& world, int site) : world_(world), site_(site) {}

  void append(events::Partition partition, SharedRecord record, Done done);
  // A fatal error: what is in flight is unknown, and some of it is lost.
  void reset();
  // The instance is gone. What has left the machine may land all the same.
  void die();

 private:
  struct Flight {
    World& world;
    int site;
    events::Partition partition;
    SharedRecord record;
    Done done;
    bool lost = false;     // it is not going to land any more
    bool settled = false;  // what became of it has been said
    std::optional<events::Position> position;
    std::optional<Time> report_after;  // it lands, and this much later it is said
    bool tells_position = true;
    bool repeats_report = false;
  };
  using SharedFlight = std::shared_ptr<Flight>;

  SharedFlight take_off(events::Partition partition, SharedRecord record, Done done);
  static Time way(World& world);
  static void land_after(const SharedFlight& flight, Time delay);
  static void land(const SharedFlight& flight);
  static void report_after(const SharedFlight& flight, Time delay, events::AppendOutcome::Status status);
  static void report(Flight& flight, events::AppendOutcome::Status status);

  World& world_;
  int site_;
  std::vector<SharedFlight> flights_;
};

}  // namespace taskstream::simulation
