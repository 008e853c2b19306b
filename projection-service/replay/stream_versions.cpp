#include "projection-service/replay/stream_versions.hpp"

#include <algorithm>
#include <array>

#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 7> kToldBeside = {"taskId",    "userId",    "version",  "createdAt",
                                                         "createdBy", "updatedAt", "updatedBy"};

Json json_of(const events::State& state, const std::optional<events::Quarantine>& quarantine) {
  const std::string text = projection::state_text(state, quarantine);
  return text.empty() ? Json(nullptr) : Json::parse(text);
}

bool is_nothing(const Json& value) {
  return value.is_null() || (value.is_array() && value.empty());
}

}  // namespace

Json changes_between(const events::State& before, const events::State& after) {
  const Json from = json_of(before, std::nullopt);
  const Json to = json_of(after, std::nullopt);
  Json changes = Json::object();
  if (!to.is_object()) return changes;
  for (const auto& [name, value] : to.items()) {
    if (std::ranges::find(kToldBeside, name) != kToldBeside.end()) continue;
    const Json was = from.is_object() && from.contains(name) ? from.at(name) : Json(nullptr);
    if (was == value || (!from.is_object() && is_nothing(value))) continue;
    changes[name] = {{"from", was}, {"to", value}};
  }
  if (events::is_deleted(after) && !events::is_deleted(before)) changes["deleted"] = {{"from", false}, {"to", true}};
  return changes;
}

Json json_of(const events::Stream& stream) {
  return json_of(stream.state, stream.quarantine);
}

}  // namespace taskstream::replay
