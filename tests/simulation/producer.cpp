#include "tests/simulation/producer.hpp"

#include <utility>

namespace taskstream::simulation {

using namespace std::chrono_literals;
using Status = events::AppendOutcome::Status;

void Producer::append(events::Partition partition, SharedRecord record, Done done) {
  const SharedFlight flight = take_off(partition, std::move(record), std::move(done));
  Random& random = world_.random;
  const Faults& faults = world_.faults;
  if (world_.log_is_away || random.chance(faults.refused)) {
    flight->lost = true;
    return report_after(flight, way(world_), Status::NotAppended);
  }
  if (random.chance(faults.unknown)) {
    report_after(flight, random.between(Time(1ms), Time(6s)), Status::Unknown);
    // Whether it lands has nothing to do with when we gave it up.
    if (random.chance(600)) land_after(flight, random.between(Time(1ms), Time(15s)));
    return;
  }
  if (!random.chance(faults.report_lost)) flight->report_after = way(world_);
  flight->tells_position = !random.chance(faults.position_untold);
  flight->repeats_report = random.chance(faults.report_repeated);
  land_after(flight, way(world_));
  if (random.chance(faults.lands_twice)) land_after(flight, way(world_) + way(world_));
}

void Producer::reset() {
  world_.trace.note("producer reset", {site_});
  for (const SharedFlight& flight : std::exchange(flights_, {})) {
    if (flight->settled) continue;
    flight->lost = world_.random.chance(500);
    flight->report_after.reset();
    report(*flight, Status::Unknown);
  }
}

void Producer::die() {
  for (const SharedFlight& flight : std::exchange(flights_, {})) {
    flight->lost = flight->lost || world_.random.chance(500);
    flight->settled = true;
  }
}

Producer::SharedFlight Producer::take_off(events::Partition partition, SharedRecord record, Done done) {
  std::erase_if(flights_, [](const SharedFlight& flight) { return flight->settled; });
  return flights_.emplace_back(std::make_shared<Flight>(Flight{
      .world = world_, .site = site_, .partition = partition, .record = std::move(record), .done = std::move(done)}));
}

// One way, to the log or back.
Time Producer::way(World& world) {
  const bool is_late = world.random.chance(world.faults.late);
  return is_late ? world.random.between(Time(100ms), Time(8s)) : world.random.between(Time(200us), Time(15ms));
}

void Producer::land_after(const SharedFlight& flight, Time delay) {
  flight->world.schedule.after(delay, [flight] { land(flight); });
}

void Producer::land(const SharedFlight& flight) {
  World& world = flight->world;
  if (flight->lost) return;
  const bool has_leader = !world.log_is_away && !world.leaders.is_deposed(flight->site, flight->partition);
  const auto position = has_leader ? world.log.land(flight->partition, flight->record) : std::nullopt;
  if (!position) return land_after(flight, 100ms);
  // Of a record that landed twice either place may be told.
  if (!flight->position || world.random.chance(500)) flight->position = position;
  if (!flight->report_after) return;
  report_after(flight, *flight->report_after, Status::Appended);
  if (flight->repeats_report) report_after(flight, *flight->report_after + way(world), Status::Appended);
}

void Producer::report_after(const SharedFlight& flight, Time delay, Status status) {
  flight->world.schedule.after(delay, [flight, status] {
    if (!flight->settled || flight->repeats_report) report(*flight, status);
  });
}

void Producer::report(Flight& flight, Status status) {
  flight.settled = true;
  events::AppendOutcome outcome{.status = status};
  if (status == Status::Appended && flight.tells_position) outcome.position = flight.position;
  if (status == Status::Appended) outcome.log_time = flight.world.log.time();
  if (status != Status::Appended) outcome.reason = "it was to be so";
  flight.done(std::move(outcome));
}

}  // namespace taskstream::simulation
