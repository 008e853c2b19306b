#include "projection-service/replay/export_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/contract/envelope.hpp"

namespace taskstream::replay {
namespace {

constexpr const char* kClosingType = "taskstream.export.closed.v1";
constexpr const char* kClosingId = "closing-line";

}  // namespace

std::string closing_line(std::int64_t events) {
  const nlohmann::ordered_json line = {{"specversion", "1.0"}, {"id", kClosingId},    {"source", "/taskstream/replay"},
                                       {"type", kClosingType}, {"subject", "export"}, {"data", {{"events", events}}}};
  return line.dump();
}

std::optional<std::int64_t> events_of_closing_line(const events::Record& line) {
  const auto is = [&](const char* name, const char* value) {
    return std::ranges::find(line.headers, events::Header{name, value}) != line.headers.end();
  };
  if (!is("ce_type", kClosingType) || !is("ce_id", kClosingId)) return std::nullopt;
  const auto data = nlohmann::json::parse(line.value, nullptr, false);
  if (!data.is_object() || !data.contains("events") || !data["events"].is_number_integer()) return std::nullopt;
  return data["events"].get<std::int64_t>();
}

std::optional<events::LogOpened> read_log_opened(const events::Record& record) {
  const auto envelope = events::read_envelope(record, 0, 1);
  if (!envelope || envelope->stream != events::StreamId::genesis() || envelope->version != events::StreamVersion{1}) {
    return std::nullopt;
  }
  const auto event = events::from_json(envelope->type, record.value);
  const auto* opened = event ? std::get_if<events::LogOpened>(&*event) : nullptr;
  return opened != nullptr ? std::optional(*opened) : std::nullopt;
}

}  // namespace taskstream::replay
