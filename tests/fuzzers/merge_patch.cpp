#include <nlohmann/json.hpp>

#include "command-service/domain/decide_task.hpp"
#include "command-service/http/parse_task_command.hpp"
#include "events/contract/event_json.hpp"
#include "events/fold/state_json.hpp"
#include "tests/fuzzers/decided.hpp"
#include "tests/fuzzers/fuzzing.hpp"
#include "tests/support/request.hpp"

// A JSON Merge Patch on a task, carried out by the service and by another implementation of RFC 7396: both come to the
// same task.
namespace taskstream::command {
namespace {

using fuzzing::claim;
using nlohmann::json;

constexpr std::size_t kDepth = 8;

// The task as another implementation patches it, in the service's spelling: nobody else knows that cleared tags are
// none, and that times are kept in UTC to the microsecond.
json patched(json task, const json& patch) {
  task.merge_patch(patch);
  for (const char* member : {"description", "dueDate", "warningOffset"}) {
    if (!task.contains(member)) task[member] = nullptr;
  }
  if (!task.contains("tags")) task["tags"] = json::array();
  if (task["dueDate"].is_string()) {
    const auto instant = events::parse_instant(task["dueDate"].get<std::string>());
    claim(instant.has_value(), "a due date that was taken is a time");
    task["dueDate"] = events::format_instant(*instant);
  }
  return task;
}

json shown(const events::TaskState& task) {
  return json::parse(events::task_json(task));
}

events::TaskState after(const events::TaskState& task, const events::Event& event) {
  const auto state =
      events::evolve(task, {.stream = events::StreamId::of(task.id),
                            .id = examples::kEvent,
                            .version = task.version.next(),
                            .context = {.source = "/s", .time = task.updated_at, .actor = task.updated_by},
                            .event = event});
  claim(state && std::holds_alternative<events::TaskState>(*state), "what was decided on a task can be folded onto it");
  return std::get<events::TaskState>(*state);
}

void check(const std::string& body) {
  static const events::TaskState task = fuzzing::full_task_state();
  const auto parsed = parse_edit_task(examples::request_on_task(http::Verb::patch, "", body), kDepth);
  if (!parsed || !parsed->invalid.empty()) return;
  const auto& command = std::get<TaskCommand>(parsed->command);
  const DecisionContext context{.now = examples::kNow, .asker = {.actor = examples::kActor}};
  const auto decision = decide(&task, command, context);
  if (!decision) return;
  events::TaskState now = task;
  if (*decision) {
    now = after(task, **decision);
    claim(now != task && now.version == task.version.next(), "an event changes something");
    now.version = task.version;
    const auto again = decide(&now, command, context);
    claim(again && !*again, "a patch that was made changes nothing");
  }
  claim(shown(now) == patched(shown(task), json::parse(body)), "both come to the same task");
}

}  // namespace
}  // namespace taskstream::command

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskstream::command::check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
