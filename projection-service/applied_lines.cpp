#include "projection-service/applied_lines.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "http/logging.hpp"
#include "http/trace_context.hpp"

namespace taskstream::projection {
namespace {

// Nothing in a record is of our making for certain: more than this of a header is not worth a line.
constexpr std::size_t kShownAtMost = 128;

std::string_view header_of(const events::Record& record, std::string_view name) {
  const auto found = std::ranges::find(record.headers, name, &events::Header::name);
  return found != record.headers.end() ? std::string_view(found->value).substr(0, kShownAtMost) : std::string_view();
}

}  // namespace

void AppliedLines::add(const AppliedRecord& applied) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const events::Record& record = applied.record.record;
  const auto traceparent = http::read_traceparent(header_of(record, "ce_traceparent"));
  lines_.push_back({.stream = applied.envelope.stream.to_string(),
                    .type = std::string(applied.envelope.type.substr(0, kShownAtMost)),
                    .event_id = applied.envelope.id.to_string(),
                    .request_id = std::string(header_of(record, "ce_correlationid")),
                    .trace_id = traceparent ? std::string(http::trace_id_of(*traceparent)) : std::string(),
                    .version = applied.envelope.version.value,
                    .position = applied.record.position,
                    .folded = applied.folded});
}

void AppliedLines::log() {
  for (const Line& line : std::exchange(lines_, {})) {
    http::log_with_fields(spdlog::level::debug, line.folded ? "applied an event" : "parked an event",
                          {{"stream", std::string_view(line.stream)},
                           {"version", line.version},
                           {"type", std::string_view(line.type)},
                           {"eventId", std::string_view(line.event_id)},
                           {"partition", std::int64_t{line.position.partition}},
                           {"offset", line.position.offset},
                           {"requestId", std::string_view(line.request_id)},
                           {"traceId", std::string_view(line.trace_id)}});
  }
}

}  // namespace taskstream::projection
