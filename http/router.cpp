#include "http/router.hpp"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/beast/http/verb.hpp>
#include <stdexcept>

namespace taskstream::http {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// Cuts the first segment off a path that starts with a slash.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::vector<std::string> segments_of(std::string_view pattern) {
  if (!pattern.starts_with('/'))
    throw std::logic_error("a route's pattern starts with a slash: " + std::string(pattern));
  std::vector<std::string> segments;
  while (!pattern.empty()) segments.emplace_back(next_segment(pattern));
  return segments;
}

bool matches(const std::vector<std::string>& segments, std::string_view path) {
  for (const auto& expected : segments) {
    if (path.empty()) return false;
    const auto segment = next_segment(path);
    if (is_parameter(expected) ? segment.empty() : segment != expected) return false;
  }
  return path.empty();
}

void fill_parameters(const std::vector<std::string>& segments, Request& request) {
  std::string_view path = request.path;
  for (const auto& expected : segments) {
    const auto segment = next_segment(path);
    if (is_parameter(expected))
      request.path_parameters.insert_or_assign(expected.substr(1, expected.size() - 2), segment);
  }
}

// No capture, and what it needs by value: the coroutine may outlive the lambda's call.
boost::asio::awaitable<Outcome> answer_options(std::string allow, std::string accept_patch) {
  Response response{.status = Status::no_content, .fields = {}, .body = {}};
  response.set(Field::allow, allow);
  if (!accept_patch.empty()) response.set("Accept-Patch", accept_patch);
  co_return response;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    auto segments = segments_of(routes_[i].pattern);
    auto known = std::ranges::find(resources_, segments, &Resource::segments);
    if (known == resources_.end()) {
      resources_.push_back(
          {.segments = std::move(segments), .routes = {}, .allow = {}, .accept_patch = {}, .options = 0});
      known = resources_.end() - 1;
    }
    for (const auto other : known->routes) {
      if (routes_[other].verb == routes_[i].verb)
        throw std::logic_error("two routes for one method of " + routes_[i].pattern);
    }
    known->routes.push_back(i);
  }
  // A literal segment goes before a parameter, whatever the order of the table.
  std::ranges::sort(resources_, {},
                    [](const Resource& resource) { return std::ranges::count_if(resource.segments, is_parameter); });

  for (auto& resource : resources_) {
    std::vector<std::string> methods;
    for (const auto index : resource.routes) {
      const auto& route = routes_[index];
      methods.emplace_back(boost::beast::http::to_string(route.verb));
      if (route.verb == Verb::get) methods.emplace_back("HEAD");
      if (route.verb == Verb::patch) resource.accept_patch = boost::algorithm::join(route.media_types, ", ");
    }
    methods.emplace_back("OPTIONS");
    resource.allow = boost::algorithm::join(methods, ", ");
    resource.options = options_routes_.size();
    options_routes_.push_back({.verb = Verb::options,
                               .pattern = routes_[resource.routes.front()].pattern,
                               .handler = [allow = resource.allow, accept = resource.accept_patch](
                                              const Request&) { return answer_options(allow, accept); },
                               .access = Access::Public});
  }
}

const Router::Resource* Router::resource_of(std::string_view path) const {
  if (!path.starts_with('/')) return nullptr;
  const auto found =
      std::ranges::find_if(resources_, [&](const Resource& resource) { return matches(resource.segments, path); });
  return found == resources_.end() ? nullptr : &*found;
}

std::variant<const Route*, Problem> Router::find(Request& request) const {
  const auto* resource = resource_of(request.path);
  if (resource == nullptr) return plain_problem(Status::not_found, "There is nothing at this path.");
  fill_parameters(resource->segments, request);
  if (request.verb == Verb::options) return &options_routes_[resource->options];

  const auto wanted = request.verb == Verb::head ? Verb::get : request.verb;
  for (const auto index : resource->routes) {
    if (routes_[index].verb == wanted) return &routes_[index];
  }
  auto problem = plain_problem(Status::method_not_allowed, "This path takes " + resource->allow + ".");
  problem.headers.emplace_back("Allow", resource->allow);
  return problem;
}

}  // namespace taskstream::http
