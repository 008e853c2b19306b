#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <variant>

#include "http/rate_limiter.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace taskstream::http {

// What is settled of a request before its body is looked at.
struct Admitted {
  std::variant<const Route*, Problem> to;                   // where it goes, or why nowhere
  std::optional<RateLimiter::Verdict> rate = std::nullopt;  // none = it was not counted
  std::optional<Problem> malformed = std::nullopt;  // a field or a query that is told of behind the body's checks
};

// Who may come in, where to, and how often. All that it is given outlives it. Thread-safe.
class Admission {
 public:
  // Without a limiter as often as one likes.
  Admission(const ServerOptions& options, bool bound_to_loopback, const Router& router, RateLimiter* limiter);

  // Fills in path, path parameters, query and principal. `peer` is who is connected.
  Admitted admit(Request& request, const boost::asio::ip::address& peer) const;

 private:
  std::optional<Problem> check_sender(const Request& request) const;
  std::variant<const Route*, Problem> find_route(Request& request) const;
  boost::system::result<Principal, Problem> identify(const Request& request, const Route* route) const;
  std::optional<RateLimiter::Verdict> count(const std::string& whom, const Request& request) const;

  const ServerOptions& options_;
  const bool bound_to_loopback_;
  const Router& router_;
  RateLimiter* const limiter_;
};

}  // namespace taskstream::http
