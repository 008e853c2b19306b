#pragma once

#include <string>
#include <utility>

#include "http/message.hpp"
#include "http/query_string.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::examples {

// A request as it reaches a handler: `target` below the task's path, e.g. `/status?x=1`.
inline http::Request request_on_task(http::Verb verb, const std::string& below = "", std::string body = "",
                                     const std::string& id = kTask.to_string()) {
  http::Request request;
  request.verb = verb;
  request.target = "/v1/tasks/" + id + below;
  request.path = request.target.substr(0, request.target.find('?'));
  request.query = *http::read_query(request.target);
  request.path_parameters = {{"id", id}};
  request.body = std::move(body);
  request.principal = http::Principal::everybody();
  request.principal.actor = kActor;
  return request;
}

inline http::Request request_for_new_task(std::string body, const std::string& query = "") {
  http::Request request = request_on_task(http::Verb::post, "", std::move(body));
  request.target = "/v1/tasks" + query;
  request.path = "/v1/tasks";
  request.query = *http::read_query(request.target);
  request.path_parameters.clear();
  return request;
}

inline http::Request request_on_user(http::Verb verb, const std::string& below, std::string body = "",
                                     const std::string& id = kAnn.to_string()) {
  http::Request request = request_on_task(verb, below, std::move(body), id);
  request.target = "/v1/users/" + id + below;
  request.path = request.target.substr(0, request.target.find('?'));
  return request;
}

inline http::Request request_for_new_user(std::string body, const std::string& query = "") {
  http::Request request = request_for_new_task(std::move(body), query);
  request.target = "/v1/users" + query;
  request.path = "/v1/users";
  return request;
}

}  // namespace taskstream::examples
