#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/body_stream.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::http {

// What a handler comes to: an answer, a problem that the session renders, or an answer that goes on.
using Outcome = std::variant<Response, Problem, StreamedResponse>;
using Handler = std::function<boost::asio::awaitable<Outcome>(Request)>;

// One line of an API's index. `{name}` in the pattern stands for one path segment.
struct Route {
  Verb verb;
  std::string pattern;
  Handler handler;
  std::vector<std::string> media_types = {};  // of the request's body: else 415; empty = the route takes no body
  Access access = Access::Admin;              // what it asks of the caller
  bool is_batch = false;                      // its body may be as large as a batch's
};

// Finds the route of a request. HEAD is served by GET, OPTIONS by the router itself, and what no route fits is 404 or
// 405 with `Allow`.
class Router {
 public:
  explicit Router(std::vector<Route> routes);

  // The route, or the problem that stands in its place. Fills in the request's path parameters.
  std::variant<const Route*, Problem> find(Request& request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  // What shares one pattern.
  struct Resource {
    std::vector<std::string> segments;
    std::vector<std::size_t> routes;  // indices, so that a router may move
    std::string allow;
    std::string accept_patch;  // media types that PATCH takes; empty = no PATCH here
    std::size_t options;       // the route that answers OPTIONS
  };
  const Resource* resource_of(std::string_view path) const;

  std::vector<Route> routes_;
  std::vector<Route> options_routes_;
  std::vector<Resource> resources_;
};

}  // namespace taskstream::http
