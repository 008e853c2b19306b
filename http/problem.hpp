#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace taskstream::http {

// One value that cannot be taken. `field` is its path in the place named, e.g. `tags/3` in the body.
struct FieldError {
  enum class Location { Body, Query, Path, Header };

  std::string field;
  std::string reason;
  Location location = Location::Body;
};

// A problem document (RFC 9457). `code` is stable and for machines; `detail` is a sentence for people that says what to
// do.
struct Problem {
  Status status = Status::internal_server_error;
  std::string code;
  std::string detail;
  nlohmann::ordered_json members = nlohmann::ordered_json::object();  // what the code adds, e.g. currentVersion
  std::vector<std::pair<std::string, std::string>> json_members;      // the same, of values that are JSON text already
  std::vector<std::pair<std::string, std::string>> headers;           // e.g. Retry-After
};

Problem malformed(std::string detail);                      // 400 MALFORMED
Problem validation_failed(std::vector<FieldError> errors);  // 422 VALIDATION_FAILED
Problem not_found();                                        // 404 NOT_FOUND
Problem plain_problem(Status status, std::string detail);   // code = the reason phrase, e.g. METHOD_NOT_ALLOWED

std::string_view reason_phrase(Status status);  // RFC 9110's words, e.g. `Content Too Large` for 413

// `instance` is the request's target, `requestId` its id; `title` and `type` follow from status and code.
Response to_response(const Problem& problem, const Request& request);

}  // namespace taskstream::http
