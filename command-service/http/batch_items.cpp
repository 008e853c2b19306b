#include "command-service/http/batch_items.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "command-service/http/parsed_command.hpp"
#include "command-service/http/request_terms.hpp"
#include "http/conditional.hpp"
#include "http/json_body.hpp"
#include "http/json_parts.hpp"
#include "http/query_string.hpp"

namespace taskstream::command {
namespace {

using http::FieldError;
using http::Request;
using nlohmann::json;

// An item's body stands in the item, in the list of commands, in the batch.
constexpr std::size_t kDepthOfBody = 3;

constexpr std::array<std::string_view, 5> kMembers = {"commandId", "method", "path", "expectedVersion", "body"};
// What the batch says for all of its items.
constexpr std::array<std::string_view, 3> kSharedFields = {"Prefer", "Consistency-Token", "traceparent"};

std::vector<http::Route> without_handlers(const std::vector<CommandEndpoint>& endpoints) {
  std::vector<http::Route> routes;
  for (const CommandEndpoint& endpoint : endpoints) {
    routes.push_back({.verb = endpoint.verb, .pattern = endpoint.pattern, .handler = {}});
  }
  return routes;
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

std::optional<http::Verb> read_method(const json& value) {
  if (!value.is_string()) return std::nullopt;
  const http::Verb verb = boost::beast::http::string_to_verb(value.get_ref<const std::string&>());
  const bool is_write =
      verb == http::Verb::post || verb == http::Verb::put || verb == http::Verb::patch || verb == http::Verb::delete_;
  return is_write ? std::optional(verb) : std::nullopt;
}

Request shared_by_all(const Request& batch) {
  Request request;
  for (const std::string_view name : kSharedFields) {
    if (const auto value = batch.header(name)) request.fields.set({name.data(), name.size()}, *value);
  }
  request.request_id = batch.request_id;
  request.principal = batch.principal;
  request.received = batch.received;
  return request;
}

}  // namespace

// Reads one item, and gathers what is wrong with it.
class BatchReader::ItemReader {
 public:
  ItemReader(const BatchReader& batch, Request shared, std::size_t number, std::vector<FieldError>& errors)
      : batch_(batch), place_("commands/" + std::to_string(number)), errors_(errors) {
    item_.request = std::move(shared);
  }

  // `text` is the item in canonical JSON. `earlier` are the streams of the items before it.
  std::optional<BatchItem> read(const json& item, std::string_view text, Streams& earlier) {
    const std::size_t errors_before = errors_.size();
    if (!item.is_object()) {
      errors_.push_back({place_, "must be an object"});
      return std::nullopt;
    }
    for (const auto& [name, value] : item.items()) {
      if (std::ranges::find(kMembers, name) == kMembers.end()) fail(name, "is not known here");
    }
    read_command_id(member(item, "commandId"));
    read_expected_version(member(item, "expectedVersion"));
    read_body(member(item, "body"), text);
    read_endpoint(member(item, "method"), member(item, "path"));
    if (errors_.size() == errors_before) prepare(earlier);
    return errors_.size() == errors_before ? std::optional(std::move(item_)) : std::nullopt;
  }

 private:
  static const json& member(const json& item, const char* name) {
    static const json kAbsent;
    const auto found = item.find(name);
    return found != item.end() ? *found : kAbsent;
  }

  void fail(std::string_view name, std::string reason) {
    errors_.push_back({place_ + '/' + std::string(name), std::move(reason)});
  }

  void read_command_id(const json& value) {
    if (!value.is_string() || !is_idempotency_key(value.get_ref<const std::string&>())) {
      return fail("commandId", "must be a string of 1 to 255 printable ASCII characters");
    }
    item_.command_id = value.get<std::string>();
    item_.request.fields.set("Idempotency-Key", item_.command_id);
  }

  void read_expected_version(const json& value) {
    if (value.is_null()) return;
    if (value == "previous") {
      item_.expects_previous = true;
    } else if (value == "*") {
      item_.request.fields.set(http::Field::if_match, "*");
    } else if (value.is_number_integer() && value == 0) {
      item_.request.fields.set(http::Field::if_none_match, "*");
    } else if (value.is_number_integer() && value > 0) {
      item_.request.fields.set(http::Field::if_match, http::etag_of(value.get<std::int64_t>()));
    } else {
      fail("expectedVersion", R"(must be a version, 0 for what must not exist, "*" or "previous")");
    }
  }

  // As it was written, but for blanks and the order of members: numbers keep their spelling, which the hash counts.
  void read_body(const json& value, std::string_view text) {
    if (value.is_null()) return;
    if (!value.is_object()) return fail("body", "must be an object");
    item_.request.body = http::member_of(text, "body");
  }

  void read_endpoint(const json& method, const json& path) {
    const auto verb = read_method(method);
    if (!verb) fail("method", "must be POST, PUT, PATCH or DELETE");
    if (!path.is_string() || !is_target(path.get_ref<const std::string&>())) {
      return fail("path", "must be a path in printable ASCII, such as /v1/tasks");
    }
    Request& request = item_.request;
    request.target = path.get<std::string>();
    auto decoded = http::read_path(request.target);
    auto query = http::read_query(request.target);
    if (!decoded || !query) return fail("path", "is not well percent-encoded");
    request.path = *std::move(decoded);
    request.query = *std::move(query);
    if (!verb) return;
    request.verb = *verb;
    const auto found = batch_.router_.find(request);
    if (const auto* problem = std::get_if<http::Problem>(&found)) {
      const bool is_known = problem->status == http::Status::method_not_allowed;
      return fail(is_known ? "method" : "path", is_known ? "is no command at this path" : "is not that of a command");
    }
    const auto index = std::get<const http::Route*>(found) - batch_.router_.routes().data();
    item_.endpoint = &batch_.endpoints_[static_cast<std::size_t>(index)];
    if (request.path_parameters.contains("id") && !parse_id(request)) fail("path", "must have a UUID for an id");
    if (item_.endpoint->media_types.empty() && !request.body.empty()) fail("body", "is not taken by this command");
  }

  void prepare(Streams& earlier) {
    auto prepared = item_.endpoint->prepare(batch_.api_, item_.request);
    if (!prepared) return fail("body", prepared.error().detail);
    item_.command = *std::move(prepared);
    const bool is_first = earlier.insert(item_.stream()).second;
    if (is_first && item_.expects_previous) fail("expectedVersion", "has no earlier command on the same task or user");
  }

  const BatchReader& batch_;
  std::string place_;
  std::vector<FieldError>& errors_;
  BatchItem item_;
};

BatchReader::BatchReader(const CommandApi& api, std::vector<CommandEndpoint> endpoints)
    : api_(api), endpoints_(std::move(endpoints)), router_(without_handlers(endpoints_)) {}

boost::system::result<Batch, http::Problem> BatchReader::read(const Request& request) const {
  auto terms = read_terms(request, api_.log);
  if (!terms) return terms.error();
  if (!std::holds_alternative<std::monostate>(terms->precondition)) {
    return http::malformed("A batch has no version: each of its commands says in `expectedVersion` what it expects.");
  }
  const auto body = http::parse_json_object(request.body, api_.json_depth == 0 ? 0 : api_.json_depth + kDepthOfBody);
  if (!body) return body.error();
  std::vector<FieldError> errors = unexpected_parameters(request);
  for (const auto& [name, value] : body->items()) {
    if (name != "commands") errors.push_back({name, "is not known here"});
  }
  const auto commands = body->find("commands");
  if (commands == body->end() || !commands->is_array()) {
    errors.push_back({"commands", "must be a list"});
  } else if (commands->size() > kItemsAtMost) {
    errors.push_back({"commands", "must have at most " + std::to_string(kItemsAtMost) + " items"});
  }
  if (!errors.empty()) return http::validation_failed(std::move(errors));

  Batch batch{.log_id = api_.log.log_id, .sent = terms->at_least};
  const std::string canonical = http::canonical_json(request.body);
  const auto texts = http::elements_of(http::member_of(canonical, "commands"));
  const Request shared = shared_by_all(request);
  Streams streams;
  for (std::size_t i = 0; i < commands->size(); ++i) {
    auto item = ItemReader(*this, shared, i, errors).read((*commands)[i], texts[i], streams);
    if (item) batch.items.push_back(*std::move(item));
  }
  if (!errors.empty()) return http::validation_failed(std::move(errors));
  return batch;
}

}  // namespace taskstream::command
