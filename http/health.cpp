#include "http/health.hpp"

#include <nlohmann/json.hpp>

#include "http/me.hpp"
#include "http/openapi.hpp"

namespace taskstream::http {
namespace {

boost::asio::awaitable<Outcome> answer_live(Request) {
  co_return json_response(Status::ok, R"({"status":"live"})").set(Field::cache_control, "no-cache");
}

boost::asio::awaitable<Outcome> answer_ready(const Readiness& readiness) {
  const auto reasons = readiness.reasons();
  if (reasons.empty()) {
    co_return json_response(Status::ok, R"({"status":"ready"})").set(Field::cache_control, "no-cache");
  }
  const nlohmann::ordered_json body{{"status", "not ready"}, {"reasons", reasons}};
  co_return json_response(Status::service_unavailable,
                          body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace))
      .set(Field::cache_control, "no-cache")
      .set(Field::retry_after, "1");
}

}  // namespace

void Readiness::set(std::string_view name, std::string reason) {
  const std::lock_guard lock(mutex_);
  reasons_.insert_or_assign(std::string(name), std::move(reason));
}

void Readiness::clear(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = reasons_.find(name); found != reasons_.end()) reasons_.erase(found);
}

bool Readiness::ready() const {
  const std::lock_guard lock(mutex_);
  return reasons_.empty();
}

std::vector<std::string> Readiness::reasons() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> reasons;
  for (const auto& [name, reason] : reasons_) reasons.push_back(name + ": " + reason);
  return reasons;
}

std::vector<Route> health_routes(const Readiness& readiness) {
  return {
      {.verb = Verb::get, .pattern = "/health/live", .handler = answer_live, .access = Access::Public},
      {.verb = Verb::get,
       .pattern = "/health/ready",
       .handler = [&readiness](const Request&) { return answer_ready(readiness); },
       .access = Access::Public},
  };
}

std::vector<Route> system_routes(const Readiness& readiness, std::string openapi) {
  auto routes = health_routes(readiness);
  routes.push_back(openapi_route(std::move(openapi)));
  routes.push_back(me_route());
  return routes;
}

}  // namespace taskstream::http
