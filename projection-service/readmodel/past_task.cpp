#include "projection-service/readmodel/past_task.hpp"

#include <nlohmann/json.hpp>

#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::json;

// What a creation leaves out is empty.
Json before_creation(const events::TaskId& id) {
  Json task{{"taskId", id.to_string()}, {"tags", Json::array()}};
  for (const char* name : {"description", "assigneeId", "dueDate", "warningOffset", "lock"}) task[name] = nullptr;
  return task;
}

// An item tells the value of each field that changed, and who changed it when: all that a version adds.
void add_version(Json& task, const Json& item) {
  for (const auto& [field, change] : item.at("changes").items()) task[field] = change.at("to");
  task["version"] = item.at("version");
  task["updatedAt"] = item.at("time");
  task["updatedBy"] = item.at("actor");
  if (task.contains("createdAt")) return;
  task["createdAt"] = item.at("time");
  task["createdBy"] = item.at("actor");
}

}  // namespace

std::string PastTask::body(const std::optional<events::Quarantine>& quarantine) const {
  Json task = state_.empty() ? before_creation(id_) : Json::parse(state_);
  for (const std::string& item : items_) add_version(task, Json::parse(item));
  return state_text(read_state_text("task", task.dump(), false), quarantine);
}

}  // namespace taskstream::projection
