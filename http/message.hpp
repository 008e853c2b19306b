#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/principal.hpp"

// A request and a response as handlers see them: the framing is settled, the body is whole.
namespace taskstream::http {

using Field = boost::beast::http::field;
using Fields = boost::beast::http::fields;
using Status = boost::beast::http::status;
using Verb = boost::beast::http::verb;

struct QueryParameter {
  std::string name;
  std::string value;
};

struct Request {
  Verb verb = Verb::get;
  std::string target;                                               // origin-form, as sent: path and query
  std::string path;                                                 // percent-decoded
  std::vector<QueryParameter> query;                                // percent-decoded, in the order sent
  std::map<std::string, std::string, std::less<>> path_parameters;  // what `{id}` stood for
  Fields fields;
  std::string body;

  std::string request_id;                          // X-Request-Id, taken or made
  Principal principal;                             // who asks
  std::chrono::steady_clock::time_point received;  // when its header was complete

  // The field's only value; repeated fields are joined by commas as RFC 9110 §5.3 allows. nullopt when absent.
  std::optional<std::string> header(std::string_view name) const;
  std::string_view path_parameter(std::string_view name) const;
};

struct Response {
  Status status = Status::ok;
  Fields fields;
  std::string body;

  Response& set(Field name, std::string_view value);
  Response& set(std::string_view name, std::string_view value);
};

Response json_response(Status status, std::string body);

}  // namespace taskstream::http
