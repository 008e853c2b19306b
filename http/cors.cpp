#include "http/cors.hpp"

#include <algorithm>

#include "http/request_guard.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::string_view kExposed =
    "ETag, Location, Consistency-Token, Event-Id, Link, Retry-After, Preference-Applied, Idempotency-Replayed, "
    "Read-Model-Age, X-Request-Id, RateLimit, RateLimit-Policy";
// Every field of a request that means something here and that the Fetch standard does not let pass by itself.
constexpr std::string_view kTaken =
    "Authorization, Content-Type, Consistency-Token, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, "
    "Taskstream-Actor, X-Request-Id, traceparent, tracestate";
constexpr std::string_view kPreflightLasts = "600";  // seconds; an origin that is taken away is noticed then

}  // namespace

bool is_origin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return false;
  const auto scheme = text.substr(0, end);
  const auto authority = text.substr(end + 3);
  return (scheme == "http" || scheme == "https") && !authority.empty() && is_printable(authority) &&
         authority.find_first_of("/?#@ ") == std::string_view::npos && host_without_port(authority).value_or("") != "";
}

CorsAnswer cors_answer(const Request& request, const std::vector<std::string>& cors_origins) {
  if (cors_origins.empty()) return {};
  CorsAnswer answer{.varies = true};
  const auto origin = request.header("Origin");
  const auto is_same = [&](const std::string& allowed) { return equals_ignoring_case(*origin, allowed); };
  if (!origin || !std::ranges::any_of(cors_origins, is_same)) return answer;
  answer.allowed_origin = *origin;  // as sent: a browser compares byte for byte
  answer.is_preflight = request.verb == Verb::options && request.header("Access-Control-Request-Method").has_value();
  return answer;
}

void append_cors_fields(std::string& head, const CorsAnswer& answer, std::string_view allowed_methods) {
  if (!answer.varies) return;
  head += "Vary: Origin\r\n";
  if (answer.allowed_origin.empty()) return;
  head.append("Access-Control-Allow-Origin: ").append(answer.allowed_origin).append("\r\n");
  if (!answer.is_preflight) {
    head.append("Access-Control-Expose-Headers: ").append(kExposed).append("\r\n");
    return;
  }
  head.append("Access-Control-Allow-Methods: ").append(allowed_methods).append("\r\n");
  head.append("Access-Control-Allow-Headers: ").append(kTaken).append("\r\n");
  head.append("Access-Control-Max-Age: ").append(kPreflightLasts).append("\r\n");
}

}  // namespace taskstream::http
