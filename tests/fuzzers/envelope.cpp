#include "events/contract/envelope.hpp"

#include <algorithm>
#include <string>

#include "events/fold/state_json.hpp"
#include "events/fold/stream_fold.hpp"
#include "tests/fuzzers/decided.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// Records of the log, which anybody may have written: the verdict is the one that events/asyncapi.yaml publishes, and
// what was folded can be written and folded again.
namespace taskstream::events {
namespace {

using fuzzing::claim;

constexpr Partition kPartitions = 12;

// The key in the first line (`-` = none), a header in each line up to an empty one, then the value.
Record read_record(fuzzing::Input input) {
  Record record;
  if (const auto key = input.line(); key != "-") record.key = key;
  while (!input.empty()) {
    const auto line = input.line();
    if (line.empty()) break;
    const auto colon = std::min(line.find(':'), line.size());
    record.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(line.substr(std::min(colon + 1, line.size())))});
  }
  record.value = input.rest();
  return record;
}

// ---- the published rule, written a second time

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";

bool is_key(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return false;
  const auto kind = key.substr(0, slash);
  const auto id = key.substr(slash + 1);
  const std::string allowed = std::string(kLower) + std::string(kDigits) + "-";
  return !kind.empty() && kind.size() <= 32 && consists_of(kind.substr(0, 1), kLower) && consists_of(kind, allowed) &&
         !id.empty() && id.size() <= 64 && consists_of(id, allowed);
}

bool is_event_id(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : std::string_view("0123456789abcdefABCDEF").find(id[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

bool is_version(std::string_view text) {
  constexpr std::string_view kMost = "9007199254740991";
  if (text.empty() || text.front() == '0' || !consists_of(text, kDigits) || text.size() > kMost.size()) return false;
  return text.size() < kMost.size() || text <= kMost;
}

bool is_well_formed(const Record& record) {
  const auto only = [&](std::string_view name) -> const std::string* {
    const auto has_name = [&](const Header& header) { return header.name == name; };
    if (std::ranges::count_if(record.headers, has_name) != 1) return nullptr;
    return &std::ranges::find_if(record.headers, has_name)->value;
  };
  const auto* id = only("ce_id");
  const auto* type = only("ce_type");
  const auto* version = only("ce_streamversion");
  return record.key && is_key(*record.key) && id != nullptr && is_event_id(*id) && type != nullptr && !type->empty() &&
         version != nullptr && is_version(*version);
}

// ---- the fold

// What stands before a record of this version, if the record is on a task or a user.
Stream stream_before(const Envelope& envelope) {
  Stream stream{.version = {envelope.version.value - 1}, .last_time = {}, .state = {}, .quarantine = {}};
  const auto id = Uuid::parse(envelope.stream.id());
  if (envelope.version.value == 1 || !id) return stream;
  if (envelope.stream.kind() == "task") {
    auto task = fuzzing::full_task_state();
    task.id = TaskId(*id);
    task.version = stream.version;
    stream.state = std::move(task);
  } else if (envelope.stream.kind() == "user") {
    auto user = fuzzing::user_state();
    user.id = UserId(*id);
    user.version = stream.version;
    stream.state = std::move(user);
  }
  return stream;
}

void check_fold(const Record& record, const Envelope& envelope) {
  Stream stream = stream_before(envelope);
  const State before = stream.state;
  const Applied applied = apply(stream, envelope, record);
  claim(applied.verdict == Verdict::Accepted && stream.version == envelope.version, "the next version is accepted");
  claim(applied.parked == !applied.event.has_value() && applied.parked == stream.quarantine.has_value(),
        "what cannot be folded is parked, and its stream in quarantine");
  if (applied.parked) claim(stream.state == before && !applied.reason.empty(), "the last good state stays");

  Stream again = stream;
  claim(apply(again, envelope, record).verdict == Verdict::Superseded, "a record that comes again is superseded");
  claim(again.version == stream.version && again.state == stream.state, "it changes nothing");

  if (!applied.event) return;
  const Record written = to_record(*applied.event);
  const auto read = read_envelope(written, partition_of(*written.key, kPartitions), kPartitions);
  claim(read && read->stream == envelope.stream && read->id == envelope.id && read->version == envelope.version,
        "an event that is written again has the same envelope");
  Stream second = stream_before(*read);
  const Applied folded = apply(second, *read, written);
  claim(folded.event && folded.event->context == applied.event->context && folded.event->event == applied.event->event,
        "it says the same");
  claim(second.state == stream.state, "it comes to the same state");
  claim(to_record(*folded.event) == written, "it is written the same");
}

}  // namespace
}  // namespace taskstream::events

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream::events;
  using taskstream::fuzzing::claim;
  const Record record = read_record({data, size});
  const Partition partition = record.key ? partition_of(*record.key, kPartitions) : 0;
  claim(partition >= 0 && partition < kPartitions, "a partition is one of those that are there");
  const auto envelope = read_envelope(record, partition, kPartitions);
  claim(envelope.has_value() == is_well_formed(record), "the envelope is judged by the published rule");
  claim(!read_envelope(record, (partition + 1) % kPartitions, kPartitions), "in another partition it is malformed");
  if (envelope) check_fold(record, *envelope);
  return 0;
}
