#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "command-service/domain/decide_task.hpp"
#include "command-service/domain/decide_user.hpp"
#include "command-service/http/batch_items.hpp"
#include "command-service/http/command_endpoints.hpp"
#include "command-service/http/command_hash.hpp"
#include "events/contract/event_json.hpp"
#include "http/json_body.hpp"
#include "http/query_string.hpp"
#include "tests/fuzzers/decided.hpp"
#include "tests/fuzzers/fuzzing.hpp"
#include "tests/support/examples.hpp"

// The bodies of all commands, and batches of them: what is taken is JSON that every reader reads alike, it means the
// same in every spelling, and what is decided on it can be written to the log and read back.
namespace taskstream::command {
namespace {

using fuzzing::claim;
using nlohmann::json;

constexpr std::size_t kDepth = 8;

const CommandApi& api() {
  static const CommandApi api{
      .log = {.log_id = events::LogId(examples::kTask.uuid()), .partitions = 1, .id_namespace = examples::kBen.uuid()},
      .json_depth = kDepth,
      .random = [] { return events::Uuid::Bytes{}; }};
  return api;
}

http::Request request_for(http::Verb verb, const std::string& pattern, std::string_view query, std::string body) {
  http::Request request;
  request.verb = verb;
  request.target = pattern;
  if (const auto place = request.target.find("{id}"); place != std::string::npos) {
    request.target.replace(place, 4, examples::kTask.to_string());
    request.path_parameters = {{"id", examples::kTask.to_string()}};
  }
  request.path = request.target;
  request.target += query;
  if (auto parameters = http::read_query(request.target)) request.query = *std::move(parameters);
  request.principal.actor = examples::kAnn.to_string();
  request.body = std::move(body);
  return request;
}

// An independent look at a body that was taken.
void check_is_plain_json(const std::string& body, std::size_t depth) {
  std::vector<std::set<std::string>> objects;
  const auto look = [&](int, json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) objects.emplace_back();
    if (event == json::parse_event_t::array_start) objects.emplace_back();
    claim(objects.size() <= depth, "nothing is nested deeper than the limit");
    if (event == json::parse_event_t::key) {
      claim(objects.back().insert(parsed.get<std::string>()).second, "no member comes twice");
    }
    if (event == json::parse_event_t::object_end || event == json::parse_event_t::array_end) objects.pop_back();
    return true;
  };
  const json value = json::parse(body, look, false);
  claim(!value.is_discarded() && value.is_object(), "what is taken is a JSON object");
}

void check_canonical(const std::string& body) {
  const std::string canonical = http::canonical_json(body);
  claim(http::canonical_json(canonical) == canonical, "the canonical form is its own canonical form");
  if (!json::accept(body)) return;
  // A number outside of doubles is accepted by neither; one inside is kept as it was written.
  claim(json::parse(canonical, nullptr, false) == json::parse(body, nullptr, false),
        "the canonical form says the same");
}

Decision decision_on(const Command& command, bool exists) {
  static const events::TaskState task = fuzzing::full_task_state();
  static const events::UserState user = fuzzing::user_state();
  const DecisionContext context{.now = examples::kNow, .asker = {.actor = examples::kAnn.to_string()}};
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) {
    return decide(exists ? &task : nullptr, *of_task, context);
  }
  return decide(exists ? &user : nullptr, std::get<UserCommand>(command), context);
}

// nullopt where nothing came to be.
std::optional<std::string> outcome(const PreparedCommand& prepared, bool exists) {
  if (prepared.request.values_unreadable) return std::nullopt;
  const auto decision = decision_on(prepared.request.command, exists);
  if (!decision || !*decision) return std::nullopt;
  const std::string text = events::to_json(**decision);
  const auto again = events::from_json(events::type_of(**decision), text);
  claim(again && *again == **decision, "what was decided can be written and read back");
  fuzzing::check_limits(json::parse(text));
  return std::string(events::type_of(**decision)) + text;
}

bool is_creation(const Command& command) {
  const auto* of_task = std::get_if<TaskCommand>(&command);
  if (of_task != nullptr) return std::holds_alternative<CreateTask>(*of_task);
  return std::holds_alternative<RegisterUser>(std::get<UserCommand>(command));
}

void check_single(const CommandEndpoint& endpoint, const http::Request& request) {
  const auto prepared = endpoint.prepare(api(), request);
  if (!prepared) {
    claim(prepared.error().status == http::Status::bad_request, "what cannot be read is a 400");
    return;
  }
  const bool takes_body = !endpoint.media_types.empty();
  if (takes_body && !request.body.empty()) check_is_plain_json(request.body, kDepth);
  http::Request spelled = request;
  spelled.body = http::canonical_json(request.body);
  const auto same = endpoint.prepare(api(), spelled);
  claim(same && same->unreadable.size() == prepared->unreadable.size(), "a command means the same in every spelling");
  claim(command_hash(spelled) == command_hash(request), "its hash does not count blanks and order");
  const bool exists = !is_creation(prepared->request.command);
  claim(outcome(*same, exists) == outcome(*prepared, exists), "the same is decided on it");
}

void check_batch(const std::vector<CommandEndpoint>& endpoints, const http::Request& request) {
  static const BatchReader reader(api(), endpoints);
  const auto batch = reader.read(request);
  if (!batch) {
    claim(
        batch.error().status == http::Status::bad_request || batch.error().status == http::Status::unprocessable_entity,
        "a batch that cannot be taken is a 400 or a 422");
    return;
  }
  check_is_plain_json(request.body, kDepth + 3);
  claim(batch->items.size() <= BatchReader::kItemsAtMost, "a batch has so many items and no more");
  claim(batch->items.size() == json::parse(request.body)["commands"].size(), "no item gets lost");
  for (const BatchItem& item : batch->items) {
    const auto& key = item.command.request.key;
    claim(key && key->id == item.command_id && key->hash == command_hash(item.request),
          "an item is the single request");
    check_single(*item.endpoint, item.request);
  }
}

}  // namespace
}  // namespace taskstream::command

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::command;
  static const auto endpoints = command_endpoints();
  fuzzing::Input input(data, size);
  // A letter says which command it is, in the order of the table; behind the last one comes the batch.
  const std::size_t which = static_cast<std::uint8_t>(input.byte() - 'a') % (endpoints.size() + 1);
  const std::string query = fuzzing::as_target(input.line());
  std::string body(input.rest());
  check_canonical(body);
  if (which == endpoints.size()) {
    check_batch(endpoints, request_for(http::Verb::post, "/v1/batch", query, std::move(body)));
  } else {
    const CommandEndpoint& endpoint = endpoints[which];
    check_single(endpoint, request_for(endpoint.verb, endpoint.pattern, query, std::move(body)));
  }
  return 0;
}
