#include "tests/simulation/foreign_records.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::simulation {
namespace {

using events::Record;

events::Header& header(Record& record, std::string_view name) {
  return *std::ranges::find(record.headers, name, &events::Header::name);
}

// Whoever writes of users has to claim addresses; a version can be taken without one.
events::Event others_event(const events::StreamId& stream, std::int64_t version) {
  if (stream.kind() == "user") return events::UserClaimLapsed{.email_hash = std::string(64, '0')};
  if (version == 1) return events::TaskCreated{.title = "somebody else's"};
  return events::TaskEdited{.changes = {.title = "somebody else's"}};
}

Record others_record(World& world, const events::StreamId& stream, std::int64_t version, events::Event event) {
  events::Uuid::Bytes random{};
  for (auto& byte : random) byte = static_cast<std::uint8_t>(world.random.below(256));
  return events::to_record({.stream = stream,
                            .id = events::EventId(events::make_uuid_v7(1'795'000'000'000, random)),
                            .version = {version},
                            .context = {.source = "/elsewhere", .time = world.log.time(), .actor = "somebody else"},
                            .event = std::move(event)});
}

std::int64_t newest_version(const World& world, const events::StreamId& stream) {
  return std::ssize(world.log.truth().versions(stream)) - 1;
}

// An event of somebody else's, which makes the version that is `ahead` of the newest.
Record others_event(World& world, const events::StreamId& stream, std::int64_t ahead) {
  const std::int64_t version = std::max<std::int64_t>(1, newest_version(world, stream) + ahead);
  return others_record(world, stream, version, others_event(stream, version));
}

// It would make the next version, if only its envelope could be read.
Record malformed(World& world, const events::StreamId& stream) {
  Record record = others_event(world, stream, 1);
  switch (world.random.below(6)) {
    case 0:
      record.key = "no stream";
      break;
    case 1:
      record.key.reset();
      break;
    case 2:
      header(record, "ce_streamversion").value.insert(0, "0");
      break;
    case 3:
      header(record, "ce_type").value.clear();
      break;
    case 4:
      record.headers.push_back(header(record, "ce_id"));
      break;
    default:
      header(record, "ce_id").name = "CE_ID";
      break;
  }
  return record;
}

// Accepted by everybody, and understood by nobody.
Record unfoldable(World& world, const events::StreamId& stream) {
  Record record = others_event(world, stream, 1);
  if (world.random.chance(500)) {
    header(record, "ce_type").value = "taskstream.task.painted.v1";
  } else {
    record.value = "{";
  }
  return record;
}

std::optional<events::Position> any_position(World& world) {
  const auto partition = static_cast<events::Partition>(world.random.below(world.log.partitions()));
  const events::Offset end = world.log.end(partition);
  if (end == 0) return std::nullopt;
  return events::Position{.partition = partition, .offset = world.random.below(end)};
}

void land(World& world, Record record) {
  const auto partition = events::partition_of(record.key.value_or(""), world.log.partitions());
  world.log.land(partition, std::make_shared<const Record>(std::move(record)));
}

// At any place, even where it does not belong: a copy of it there is malformed.
void land_copy(World& world) {
  const auto position = any_position(world);
  const SharedRecord record = position ? world.log.at(*position) : nullptr;
  if (!record) return;
  const bool is_astray = world.random.chance(200);
  const auto partition = static_cast<events::Partition>(world.random.below(world.log.partitions()));
  world.log.land(is_astray ? partition : position->partition, record);
}

// Its versions go on counting all the same.
void quarantine(World& world, const events::StreamId& stream) {
  land(world, unfoldable(world, stream));
  for (std::int64_t more = world.random.below(4); more > 0; --more) land(world, others_event(world, stream, 1));
}

}  // namespace

void append_as_somebody_else(World& world, const events::StreamId& stream, events::Event event) {
  land(world, others_record(world, stream, newest_version(world, stream) + 1, std::move(event)));
}

void append_foreign_record(World& world, const CommandGenerator& generator) {
  const events::StreamId& stream = world.random.one_of(generator.all_streams());
  const std::int64_t drawn = world.random.below(100);
  if (drawn < 25) return land(world, malformed(world, stream));
  if (drawn < 45) return land_copy(world);
  if (drawn < 70) return land(world, others_event(world, stream, 1));
  if (drawn < 85) return land(world, others_event(world, stream, world.random.between(-3, 5)));
  if (drawn < 90 && world.faults.quarantines) return quarantine(world, stream);
  world.log.land_control(static_cast<events::Partition>(world.random.below(world.log.partitions())));
}

}  // namespace taskstream::simulation
