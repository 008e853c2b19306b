#include "events/fold/stream_fold.hpp"

#include <algorithm>
#include <utility>

#include "events/contract/utf8.hpp"

namespace taskstream::events {
namespace {

Applied park(Stream& stream, StreamVersion version, std::string cause) {
  std::string reason = with_valid_utf8(std::move(cause));  // it may quote a foreign writer's headers
  if (!stream.quarantine) stream.quarantine = Quarantine{.version = version, .reason = reason};
  return {.verdict = Verdict::Accepted, .reason = std::move(reason), .event = std::nullopt, .parked = true};
}

}  // namespace

Applied apply(Stream& stream, const Envelope& envelope, const Record& record) {
  if (!accepts(stream.version, envelope.version)) return {.verdict = Verdict::Superseded};
  // From here on the record has its version, whatever this reader makes of its data.
  stream.version = envelope.version;
  if (stream.quarantine) {
    return park(stream, envelope.version,
                "the stream is quarantined since version " + std::to_string(stream.quarantine->version.value));
  }
  auto recorded = read_event(record, envelope);
  if (!recorded) return park(stream, envelope.version, std::move(recorded.error().reason));
  auto state = evolve(stream.state, *recorded);
  if (!state) return park(stream, envelope.version, std::move(state.error().reason));
  stream.state = std::move(*state);
  stream.last_time = std::max(stream.last_time.value_or(recorded->context.time), recorded->context.time);
  return {.verdict = Verdict::Accepted, .reason = {}, .event = std::move(*recorded), .parked = false};
}

}  // namespace taskstream::events
