#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

// What is asked of every request before its handler sees it. Each check is a value: the problem, or nothing.
namespace taskstream::http {

// 421 unless `Host` is a loopback name or one of `allowed_hosts`: a web page whose name was rebound to this machine
// sends its own. Without `Host` (HTTP/1.0) no browser is asking.
std::optional<Problem> check_loopback_host(const Request& request, const std::vector<std::string>& allowed_hosts);

// 403 for a write that a foreign web page asks for: its `Origin` is neither this server's own, which begins with
// `own_scheme` (`https://`), nor one of `cors_origins`.
std::optional<Problem> check_origin(const Request& request, std::string_view own_scheme,
                                    const std::vector<std::string>& cors_origins);

// 415 for a body whose media type (or any coding of it) the route does not take.
std::optional<Problem> check_media_type(const Request& request, const Route& route, bool has_body);

// `Taskstream-Actor`, or `anonymous`. Names that begin with `system:` are the services' own.
boost::system::result<std::string, Problem> read_actor(const Request& request);

// `X-Request-Id` where it is 1–128 printable characters, else a fresh UUID.
std::string take_request_id(const Fields& fields);

}  // namespace taskstream::http
