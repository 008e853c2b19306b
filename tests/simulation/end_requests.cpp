#include "tests/simulation/end_requests.hpp"

#include <utility>

#include "command-service/runtime/log_barrier.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;

Time way(World& world) {
  const bool is_late = world.random.chance(world.faults.end_late);
  return is_late ? world.random.between(Time(50ms), Time(900ms)) : world.random.between(Time(200us), Time(5ms));
}

events::PositionVector end_at(events::Partition partition, events::Offset end) {
  events::PositionVector ends;
  ends.advance(partition, end);
  return ends;
}

}  // namespace

void ask_end(World& world, int site, events::Partition partition, EndDone done) {
  if (world.random.chance(world.faults.end_fails)) {
    return world.schedule.after(way(world), [done = std::move(done)] { done(events::LogUnavailable{"nobody knows"}); });
  }
  world.schedule.after(way(world), [&world, site, partition, done = std::move(done)]() mutable {
    if (world.log_is_away) return done(events::LogUnavailable{"the log is away"});
    const events::PositionVector ends = end_at(partition, world.leaders.end(site, partition));
    world.schedule.after(way(world), [ends, done = std::move(done)] { done(ends); });
  });
}

void ask_end_by_append(World& world, Producer& producer, events::Partition partition, EndDone done) {
  events::Uuid::Bytes random{};
  for (auto& byte : random) byte = static_cast<std::uint8_t>(world.random.below(256));
  auto record = std::make_shared<const events::Record>(
      command::barrier_record(partition, world.log.partitions(), "/simulation", world.log.time(), random));
  // A report that is lost would leave the question open for ever, which the log's port rules out: it fails instead.
  auto once = std::make_shared<EndDone>(std::move(done));
  const auto answer = [once](events::EventLog::EndsOfPartitions end) {
    if (const EndDone first = std::exchange(*once, nullptr)) first(std::move(end));
  };
  world.schedule.after(5s, [answer] { answer(events::LogUnavailable{"no answer in time"}); });
  producer.append(partition, std::move(record), [answer](const events::AppendOutcome& outcome) {
    if (!outcome.position) return answer(events::LogUnavailable{outcome.reason});
    answer(end_at(outcome.position->partition, outcome.position->offset + 1));
  });
}

}  // namespace taskstream::simulation
