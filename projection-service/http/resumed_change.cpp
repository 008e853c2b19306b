#include "projection-service/http/resumed_change.hpp"

#include <nlohmann/json.hpp>

#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::ordered_json;

// What a history tells of, in its order.
constexpr const char* kFields[] = {"title",      "description", "status",        "priority", "tags",
                                   "assigneeId", "dueDate",     "warningOffset", "lock"};

std::string event_text(const ChangedTask& changed) {
  const Json last = Json::parse(changed.span->last_event);
  return Json{{"taskId", changed.id.to_string()}, {"version", changed.version}, {"type", last.at("type")},
              {"eventId", last.at("eventId")},    {"actor", last.at("actor")},  {"time", last.at("time")}}
      .dump();
}

events::TaskState task_of(const Json& body, bool deleted) {
  return std::get<events::TaskState>(read_state_text("task", body.dump(), deleted));
}

}  // namespace

ResumedChange resumed_change(const ChangedTask& changed, std::string id) {
  const Json now = Json::parse(changed.body);
  const Json then = changed.span->before.empty() ? Json::object() : Json::parse(changed.span->before);
  Json changes = Json::object();
  for (const char* field : kFields) {
    const Json from = then.value(field, Json());
    const Json& to = now.at(field);
    // There and back is no change, and a new task has not lost what it never had.
    if (from != to && !(from.is_null() && to.is_array() && to.empty())) changes[field] = {{"from", from}, {"to", to}};
  }
  ResumedChange resumed{
      .before = {},
      .after = task_of(now, changed.gone == ChangedTask::Gone::Deleted),
      .text = {.id = std::move(id), .event = event_text(changed), .changes = changes.dump(), .task = changed.body}};
  if (!then.empty()) resumed.before = task_of(then, false);
  return resumed;
}

}  // namespace taskstream::projection
