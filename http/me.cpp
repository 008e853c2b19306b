#include "http/me.hpp"

#include <nlohmann/json.hpp>

#include "events/contract/instant.hpp"
#include "http/auth/names.hpp"

namespace taskstream::http {
namespace {

boost::asio::awaitable<Outcome> answer(Request request) {
  const auto& principal = request.principal;
  std::vector<FieldError> unknown;
  for (const auto& parameter : request.query) {
    unknown.push_back({parameter.name, "is not known here", FieldError::Location::Query});
  }
  if (!unknown.empty()) co_return validation_failed(std::move(unknown));
  nlohmann::ordered_json body{{"actor", principal.actor}};
  if (auto user_id = read_uuid(principal.actor)) body["userId"] = *std::move(user_id);
  body["role"] = name_of(principal.role);
  body["scopes"] = names_of(principal.scopes);
  if (principal.expires_at) {
    body["expiresAt"] = events::format_instant(std::chrono::floor<std::chrono::microseconds>(*principal.expires_at));
  }
  co_return json_response(Status::ok, body.dump()).set(Field::cache_control, "no-cache");
}

}  // namespace

Route me_route() {
  return {.verb = Verb::get, .pattern = "/v1/me", .handler = answer, .access = Access::TasksRead};
}

}  // namespace taskstream::http
