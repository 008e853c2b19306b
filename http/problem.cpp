#include "http/problem.hpp"

#include <algorithm>
#include <cctype>

namespace taskstream::http {
namespace {

std::string in_case(std::string_view text, int (*convert)(int)) {
  std::string converted(text);
  std::ranges::transform(converted, converted.begin(), [&](char c) {
    return c == ' ' || c == '-' ? '_' : static_cast<char>(convert(static_cast<unsigned char>(c)));
  });
  return converted;
}

std::string_view name_of(FieldError::Location location) {
  switch (location) {
    case FieldError::Location::Body:
      return "body";
    case FieldError::Location::Query:
      return "query";
    case FieldError::Location::Path:
      return "path";
    case FieldError::Location::Header:
      return "header";
  }
  return "body";
}

}  // namespace

std::string_view reason_phrase(Status status) {
  // Beast still has the words of RFC 7231 for these.
  if (status == Status::payload_too_large) return "Content Too Large";
  if (status == Status::unprocessable_entity) return "Unprocessable Content";
  const auto phrase = boost::beast::http::obsolete_reason(status);
  return {phrase.data(), phrase.size()};
}

Problem plain_problem(Status status, std::string detail) {
  return {.status = status, .code = in_case(reason_phrase(status), std::toupper), .detail = std::move(detail)};
}

Problem malformed(std::string detail) {
  return {.status = Status::bad_request, .code = "MALFORMED", .detail = std::move(detail)};
}

Problem validation_failed(std::vector<FieldError> errors) {
  Problem problem{.status = Status::unprocessable_entity,
                  .code = "VALIDATION_FAILED",
                  .detail = "Some values cannot be taken: see `errors`, correct them and send the request again."};
  auto& list = problem.members["errors"] = nlohmann::ordered_json::array();
  for (auto& error : errors) {
    list.push_back({{"field", std::move(error.field)},
                    {"reason", std::move(error.reason)},
                    {"location", name_of(error.location)}});
  }
  return problem;
}

Problem not_found() {
  return plain_problem(Status::not_found, "There is nothing here, or nothing that you may see.");
}

Response to_response(const Problem& problem, const Request& request) {
  const auto code = problem.code.empty() ? in_case(reason_phrase(problem.status), std::toupper) : problem.code;
  nlohmann::ordered_json document{
      {"type", "/docs/errors.md#" + in_case(code, std::tolower)},
      {"title", reason_phrase(problem.status)},
      {"status", static_cast<unsigned>(problem.status)},
      {"detail", problem.detail},
      {"instance", request.target},
      {"code", code},
      {"requestId", request.request_id},
  };
  for (const auto& [name, value] : problem.members.items()) document[name] = value;

  // Details may quote what a client sent; bytes that are no UTF-8 must not make the answer fail.
  std::string body = document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  for (const auto& [name, text] : problem.json_members) {
    body.back() = ',';  // in place of the closing brace
    body += '"' + name + "\":" + text + '}';
  }
  Response response{.status = problem.status, .fields = {}, .body = std::move(body)};
  response.set(Field::content_type, "application/problem+json");
  for (const auto& [name, value] : problem.headers) response.set(name, value);
  return response;
}

}  // namespace taskstream::http
