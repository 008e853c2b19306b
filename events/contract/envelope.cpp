#include "events/contract/envelope.hpp"

#include <charconv>
#include <utility>

#include "events/contract/utf8.hpp"

namespace taskstream::events {
namespace {

constexpr std::string_view kContentType = "application/json";

// A header that may be there once. Names are compared byte for byte.
struct HeaderLookup {
  const std::string* value = nullptr;
  bool repeated = false;

  bool once() const { return value != nullptr && !repeated; }
};

HeaderLookup find(const Record& record, std::string_view name) {
  HeaderLookup found;
  for (const Header& header : record.headers) {
    if (header.name != name) continue;
    if (found.value != nullptr) {
      found.repeated = true;
    } else {
      found.value = &header.value;
    }
  }
  return found;
}

std::optional<StreamVersion> parse_version(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() == '0' || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > StreamVersion::kMax) return std::nullopt;
  return StreamVersion{value};
}

Malformed malformed_header(std::string_view name, const HeaderLookup& header) {
  if (header.value == nullptr) return {std::string(name) + " is missing"};
  if (header.repeated) return {std::string(name) + " is there more than once"};
  return {std::string(name) + " is not readable"};
}

// Reads the headers of an event one by one, and keeps the first thing that is wrong.
class ContextReader {
 public:
  explicit ContextReader(const Record& record) : record_(record) {}

  std::string required(std::string_view name) {
    std::optional<std::string> value = optional(name);
    if (!value || value->empty()) fail(name, "is missing");
    return std::move(value).value_or(std::string());
  }

  std::optional<std::string> optional(std::string_view name) {
    const HeaderLookup header = find(record_, name);
    if (header.repeated) fail(name, "is there more than once");
    return header.value != nullptr ? std::optional<std::string>(*header.value) : std::nullopt;
  }

  void expect(std::string_view name, std::string_view value) {
    if (required(name) != value) fail(name, "is not " + std::string(value));
  }

  void fail(std::string_view name, const std::string& what) {
    if (!error_) error_ = std::string(name) + " " + what;
  }

  const std::optional<std::string>& error() const { return error_; }

 private:
  const Record& record_;
  std::optional<std::string> error_;
};

void add(Record& record, std::string_view name, std::string value) {
  record.headers.push_back({std::string(name), std::move(value)});
}

void add_if(Record& record, std::string_view name, const std::optional<std::string>& value) {
  if (value) add(record, name, *value);
}

}  // namespace

boost::system::result<Envelope, Malformed> read_envelope(const Record& record, Partition partition,
                                                         Partition partitions) {
  if (!record.key) return Malformed{"the record has no key"};
  const std::optional<StreamId> stream = StreamId::parse(*record.key);
  if (!stream) return Malformed{"the key is not a stream id"};
  if (partition_of(*record.key, partitions) != partition) {
    return Malformed{"the key does not belong to partition " + std::to_string(partition)};
  }
  const HeaderLookup id_header = find(record, "ce_id");
  const std::optional<EventId> id = id_header.once() ? EventId::parse(*id_header.value) : std::nullopt;
  if (!id) return malformed_header("ce_id", id_header);
  const HeaderLookup type = find(record, "ce_type");
  if (!type.once() || type.value->empty()) return malformed_header("ce_type", type);
  const HeaderLookup version_header = find(record, "ce_streamversion");
  const std::optional<StreamVersion> version =
      version_header.once() ? parse_version(*version_header.value) : std::nullopt;
  if (!version) return malformed_header("ce_streamversion", version_header);
  return Envelope{.stream = *stream, .id = *id, .type = *type.value, .version = *version};
}

std::optional<CommandKey> read_command_key(const Record& record) {
  const HeaderLookup actor = find(record, "ce_actor");
  const HeaderLookup id = find(record, "ce_commandid");
  const HeaderLookup hash = find(record, "ce_commandhash");
  if (!actor.once() || !id.once() || !hash.once()) return std::nullopt;
  return CommandKey{.actor = *actor.value, .command_id = *id.value, .command_hash = *hash.value};
}

boost::system::result<RecordedEvent, Unfoldable> read_event(const Record& record, const Envelope& envelope) {
  ContextReader read(record);
  EventContext context;
  read.expect("ce_specversion", "1.0");
  read.expect("content-type", kContentType);
  read.expect("ce_subject", envelope.stream.to_string());
  context.source = read.required("ce_source");
  context.actor = with_valid_utf8(read.required("ce_actor"));
  context.command_id = read.optional("ce_commandid");
  context.command_hash = read.optional("ce_commandhash");
  context.correlation_id = read.optional("ce_correlationid");
  context.causation_id = read.optional("ce_causationid");
  context.traceparent = read.optional("ce_traceparent");
  const std::optional<Instant> time = parse_instant(read.required("ce_time"));
  if (!time) read.fail("ce_time", "is not an RFC 3339 time");
  if (read.error()) return Unfoldable{*read.error()};
  context.time = *time;

  auto event = from_json(envelope.type, record.value);
  if (!event) return event.error();
  if (kind_of(*event) != envelope.stream.kind()) {
    return Unfoldable{std::string(envelope.type) + " does not belong on stream " + envelope.stream.to_string()};
  }
  return RecordedEvent{.stream = envelope.stream,
                       .id = envelope.id,
                       .version = envelope.version,
                       .context = std::move(context),
                       .event = std::move(*event)};
}

Record to_record(const RecordedEvent& recorded) {
  Record record;
  record.key = recorded.stream.to_string();
  record.headers.reserve(14);
  add(record, "content-type", std::string(kContentType));
  add(record, "ce_specversion", "1.0");
  add(record, "ce_id", recorded.id.to_string());
  add(record, "ce_source", recorded.context.source);
  add(record, "ce_type", std::string(type_of(recorded.event)));
  add(record, "ce_subject", recorded.stream.to_string());
  add(record, "ce_time", format_instant(recorded.context.time));
  add(record, "ce_streamversion", std::to_string(recorded.version.value));
  add(record, "ce_actor", recorded.context.actor);
  add_if(record, "ce_commandid", recorded.context.command_id);
  add_if(record, "ce_commandhash", recorded.context.command_hash);
  add_if(record, "ce_correlationid", recorded.context.correlation_id);
  add_if(record, "ce_causationid", recorded.context.causation_id);
  add_if(record, "ce_traceparent", recorded.context.traceparent);
  record.value = to_json(recorded.event);
  return record;
}

std::int32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr std::uint32_t kSeed = 0x9747b28c;
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash = (hash * kMultiplier) ^ word;
  }
  if (at < bytes.size()) {
    for (std::size_t i = 0; at + i < bytes.size(); ++i) {
      hash ^= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return static_cast<std::int32_t>(hash);
}

Partition partition_of(std::string_view key, Partition partitions) {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace taskstream::events
