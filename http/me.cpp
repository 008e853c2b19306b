#include "http/me.hpp"

#include <nlohmann/json.hpp>

#include "http/auth/names.hpp"
#include "http/auth/timestamp.hpp"

namespace taskstream::http {
namespace {

boost::asio::awaitable<Outcome> answer(Request request) {
  const auto& principal = request.principal;
  if (!request.query.empty()) {
    co_return validation_failed({{.field = request.query.front().name,
                                  .reason = "is not known here",
                                  .location = FieldError::Location::Query}});
  }
  nlohmann::ordered_json body{{"actor", principal.actor}};
  if (auto user_id = read_uuid(principal.actor)) body["userId"] = *std::move(user_id);
  body["role"] = name_of(principal.role);
  body["scopes"] = names_of(principal.scopes);
  if (principal.expires_at) {
    body["expiresAt"] = to_text(std::chrono::floor<std::chrono::microseconds>(*principal.expires_at));
  }
  co_return json_response(Status::ok, body.dump()).set(Field::cache_control, "no-cache");
}

}  // namespace

Route me_route() {
  return {.verb = Verb::get, .pattern = "/v1/me", .handler = answer, .access = Access::TasksRead};
}

}  // namespace taskstream::http
