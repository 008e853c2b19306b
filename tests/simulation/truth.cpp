#include "tests/simulation/truth.hpp"

#include <algorithm>

namespace taskstream::simulation {
namespace {

using events::Record;

// The header's value, if it is there once.
std::optional<std::string> only(const Record& record, std::string_view name) {
  std::optional<std::string> value;
  for (const events::Header& header : record.headers) {
    if (header.name != name) continue;
    if (value) return std::nullopt;
    value = header.value;
  }
  return value;
}

// The version that the record claims; 0 when its envelope is malformed.
std::int64_t claimed_version(const Record& record, events::Partition partition, events::Partition partitions) {
  if (!record.key || !events::StreamId::parse(*record.key)) return 0;
  if (events::partition_of(*record.key, partitions) != partition) return 0;
  const auto id = only(record, "ce_id");
  const auto type = only(record, "ce_type");
  const auto version = only(record, "ce_streamversion");
  if (!id || !events::EventId::parse(*id) || !type || type->empty() || !version) return 0;
  const bool is_number = !version->empty() && version->size() <= 16 && version->front() != '0' &&
                         std::ranges::all_of(*version, [](char c) { return c >= '0' && c <= '9'; });
  return is_number && std::stoll(*version) <= events::StreamVersion::kMax ? std::stoll(*version) : 0;
}

}  // namespace

void Truth::fold(events::Position position, const Record& record, std::int64_t step) {
  const std::int64_t claimed = claimed_version(record, position.partition, partitions_);
  const auto envelope = events::read_envelope(record, position.partition, partitions_);
  if (envelope.has_value() != (claimed > 0)) {
    contradictions_.push_back("the shared code finds well formed what is not, or the other way round");
  }
  if (claimed == 0 || !envelope) return;
  const auto stream = *events::StreamId::parse(*record.key);
  const auto [known, is_new] = streams_.try_emplace(stream, 1);
  std::vector<Version>& versions = known->second;
  Version next{.offset = position.offset, .step = step, .event_id = envelope->id, .after = versions.back().after};
  events::Applied applied = events::apply(next.after, *envelope, record);
  const bool is_accepted = claimed == static_cast<std::int64_t>(versions.size());
  if (is_accepted != (applied.verdict == events::Verdict::Accepted)) {
    contradictions_.push_back("the shared code accepts what is superseded, or the other way round");
  }
  if (!is_accepted) return;
  next.request = only(record, "ce_correlationid").value_or("");
  next.key = events::read_command_key(record);
  next.recorded = std::move(applied.event);
  accepted_.try_emplace(next.event_id, Accepted{stream, versions.size()});
  by_request_[next.request].push_back(next.event_id);
  versions.push_back(std::move(next));
}

const std::vector<Version>& Truth::versions(const events::StreamId& stream) const {
  static const std::vector<Version> kNothing(1);
  const auto found = streams_.find(stream);
  return found != streams_.end() ? found->second : kNothing;
}

std::size_t Truth::version_in(const events::StreamId& stream, const events::PositionVector& fold) const {
  const auto& all = versions(stream);
  const events::Offset next = fold.next(partition_of(stream));
  const auto beyond = std::ranges::lower_bound(all, next, {}, &Version::offset);
  return static_cast<std::size_t>(beyond - all.begin()) - 1;
}

events::Partition Truth::partition_of(const events::StreamId& stream) const {
  return events::partition_of(stream.to_string(), partitions_);
}

const Truth::Accepted* Truth::find(const events::EventId& id) const {
  const auto found = accepted_.find(id);
  return found != accepted_.end() ? &found->second : nullptr;
}

std::vector<events::EventId> Truth::accepted_for(const std::string& request) const {
  const auto found = by_request_.find(request);
  return found != by_request_.end() && !request.empty() ? found->second : std::vector<events::EventId>();
}

}  // namespace taskstream::simulation
