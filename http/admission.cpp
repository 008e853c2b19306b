#include "http/admission.hpp"

#include <boost/asio/ip/network_v6.hpp>

#include "http/auth/authenticator.hpp"
#include "http/query_string.hpp"
#include "http/request_checks.hpp"

namespace taskstream::http {
namespace {

// Whoever may use one address of a network of IPv6 may use all of them.
std::string network_of(const boost::asio::ip::address& peer) {
  if (!peer.is_v6() || peer.to_v6().is_v4_mapped()) return peer.to_string();
  return boost::asio::ip::make_network_v6(peer.to_v6(), 64).canonical().to_string();
}

}  // namespace

Admission::Admission(const ServerOptions& options, bool bound_to_loopback, const Router& router, RateLimiter* limiter)
    : options_(options), bound_to_loopback_(bound_to_loopback), router_(router), limiter_(limiter) {}

Admitted Admission::admit(Request& request, const boost::asio::ip::address& peer) const {
  if (auto problem = check_sender(request)) return {.to = *std::move(problem)};
  Admitted admitted{.to = find_route(request)};
  const auto* const* found = std::get_if<const Route*>(&admitted.to);
  const Route* const route = found != nullptr ? *found : nullptr;

  // Nobody learns which paths there are before it is known who asks, but by OPTIONS, which browsers send bare.
  auto principal = identify(request, route);
  if (!principal) {
    // Only refusals for want of a good token are counted by address: behind a proxy others have it too.
    admitted.rate = count("peer " + network_of(peer), request);
    admitted.to = principal.error();
  } else if (route == nullptr) {
    return admitted;
  } else {
    request.principal = *std::move(principal);
    if (options_.authenticator == nullptr) {
      auto actor = read_actor(request);
      if (actor) request.principal.actor = *std::move(actor);
      if (!actor) admitted.malformed = actor.error();
    }
    if (auto problem = check_access(request.principal, route->access)) return {.to = *std::move(problem)};
    // A route that asks for nothing is open at any rate: it tells a balancer whether this process is well.
    if (route->access != Access::Public) admitted.rate = count("principal " + request.principal.actor, request);
  }
  if (admitted.rate && !admitted.rate->is_allowed) admitted.to = rate_limited(*admitted.rate);
  if (!std::holds_alternative<const Route*>(admitted.to)) return admitted;

  auto query = read_query(request.target);
  if (query) request.query = *std::move(query);
  if (!query && !admitted.malformed) admitted.malformed = query.error();
  return admitted;
}

std::optional<Problem> Admission::check_sender(const Request& request) const {
  if (bound_to_loopback_) {
    if (auto problem = check_loopback_host(request, options_.allowed_hosts)) return problem;
  }
  return check_origin(request, options_.tls ? "https://" : "http://", options_.cors_origins);
}

std::variant<const Route*, Problem> Admission::find_route(Request& request) const {
  auto path = read_path(request.target);
  if (!path) return path.error();
  request.path = *std::move(path);
  return router_.find(request);
}

boost::system::result<Principal, Problem> Admission::identify(const Request& request, const Route* route) const {
  if (options_.authenticator == nullptr) return Principal::everybody();
  const bool is_open = request.verb == Verb::options || (route != nullptr && route->access == Access::Public);
  if (is_open) return Principal();
  auto grant = options_.authenticator->authenticate(request);
  if (!grant) return grant.error();
  return std::move(grant->principal);
}

std::optional<RateLimiter::Verdict> Admission::count(const std::string& whom, const Request& request) const {
  if (limiter_ == nullptr) return std::nullopt;
  return limiter_->take(whom, request.received);
}

}  // namespace taskstream::http
