#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "events/contract/event.hpp"
#include "events/contract/event_json.hpp"
#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/record.hpp"

// CloudEvents 1.0, Kafka protocol binding, binary content mode: the attributes travel as headers `ce_…`, the data as
// the record's value.
namespace taskstream::events {

// The part of a record that its verdict depends on, and nothing else.
struct Envelope {
  StreamId stream;
  EventId id;
  std::string_view type;  // points into the record
  StreamVersion version;
};

struct Malformed {
  std::string reason;
};

// Well formed: a key of the right shape in the partition that murmur2 gives it; `ce_id`, `ce_type` and
// `ce_streamversion` exactly once each and readable. Type, kind and data play no part: a reader that does not know a
// type must still count it, or versions would part. The result is valid as long as the record is.
boost::system::result<Envelope, Malformed> read_envelope(const Record& record, Partition partition,
                                                         Partition partitions);

// Who asked for an event, when, and in answer to what.
struct EventContext {
  std::string source;  // /taskstream/command-service/<instance>
  Instant time;
  std::string actor;
  std::optional<std::string> command_id;    // the Idempotency-Key
  std::optional<std::string> command_hash;  // hex SHA-256 of the request that it came with
  std::optional<std::string> correlation_id;
  std::optional<std::string> causation_id;
  std::optional<std::string> traceparent;

  friend bool operator==(const EventContext&, const EventContext&) = default;
};

// The idempotency key of a record, readable even where its event is not. Empty when no key was sent.
struct CommandKey {
  std::string actor;
  std::string command_id;
  std::string command_hash;
};
std::optional<CommandKey> read_command_key(const Record& record);

// An event together with everything that its record says of it.
struct RecordedEvent {
  StreamId stream;
  EventId id;
  StreamVersion version;
  EventContext context;
  Event event;
};

// The whole of an accepted record. What is unfoldable here has taken its version all the same.
boost::system::result<RecordedEvent, Unfoldable> read_event(const Record& record, const Envelope& envelope);

Record to_record(const RecordedEvent& recorded);

// The partition of a key, as Kafka's Java clients place it: toPositive(murmur2(key)) % partitions.
Partition partition_of(std::string_view key, Partition partitions);

// MurmurHash2 as in org.apache.kafka.common.utils.Utils.murmur2 (seed 0x9747b28c).
std::int32_t murmur2(std::string_view bytes);

}  // namespace taskstream::events
