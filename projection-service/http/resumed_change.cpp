#include "projection-service/http/resumed_change.hpp"

#include <nlohmann/json.hpp>

#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::ordered_json;

std::string event_text(const ChangedTask& changed) {
  const Json last = Json::parse(changed.span->last_event);
  return Json{{"taskId", changed.id.to_string()}, {"version", changed.version},      {"type", last.at("type")},
              {"eventId", last.at("eventId")},    {"actor", last.at("actor")},       {"time", last.at("time")}}
      .dump();
}

events::TaskState task_of(const Json& body, bool deleted) {
  return std::get<events::TaskState>(read_state_text("task", body.dump(), deleted));
}

}  // namespace

ResumedChange resumed_change(const ChangedTask& changed, std::string id) {
  ResumedChange resumed{.before = {},
                        .after = {},
                        .text = {.id = std::move(id), .event = event_text(changed), .changes = "{}", .task = changed.body}};
  if (changed.gone == ChangedTask::Gone::Left) return resumed;

  const Json now = Json::parse(changed.body);
  Json then = now;
  Json changes = Json::object();
  for (const ChangeSpan::FirstChange& first : changed.span->first_changes) {
    const Json from = Json::parse(first.change).at("from");
    then[first.field] = from;
    // There and back is no change.
    if (from != now.at(first.field)) changes[first.field] = {{"from", from}, {"to", now.at(first.field)}};
  }
  resumed.after = task_of(now, changed.gone == ChangedTask::Gone::Deleted);
  if (!changed.span->from_creation) resumed.before = task_of(then, false);
  resumed.text.changes = changes.dump();
  return resumed;
}

}  // namespace taskstream::projection
