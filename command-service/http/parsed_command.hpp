#pragma once

#include <boost/system/result.hpp>
#include <utility>
#include <vector>

#include "command-service/domain/commands.hpp"
#include "command-service/http/body_reader.hpp"
#include "events/contract/ids.hpp"
#include "http/json_body.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// What a request asks for. Values that are not of the right type are told apart here; whether they are within their
// limits is the domain's to say.
struct ParsedCommand {
  events::StreamId stream;  // of the task or user in the path; the caller fills it in where there is none
  Command command;
  // Not answered at once: whether the task or user exists, and the version, come first.
  std::vector<http::FieldError> invalid;
};

// Problems are what cannot be read at all: no JSON, or an id in the path that is no UUID (400 MALFORMED).
using ParseResult = boost::system::result<ParsedCommand, http::Problem>;

boost::system::result<events::Uuid, http::Problem> parse_id(const http::Request& request);

// Where requests carry the values of this command: what has no body has them in the query.
http::FieldError::Location place_of_values(const Command& command);

// What is wrong with the query of a request that takes no parameters.
std::vector<http::FieldError> unexpected_parameters(const http::Request& request);

// A command whose values are in the body. `read` takes them out of it.
template <class OneCommand, class Read>
ParseResult parse_body(const http::Request& request, std::size_t json_depth, events::StreamId stream, Read read) {
  const auto body = http::parse_json_object(request.body, json_depth);
  if (!body) return body.error();
  OneCommand command;
  BodyReader reader(*body);
  read(reader, command);
  ParsedCommand parsed{.stream = std::move(stream), .command = std::move(command), .invalid = reader.finish()};
  for (http::FieldError& error : unexpected_parameters(request)) parsed.invalid.push_back(std::move(error));
  return parsed;
}

// The same for what the path names, by an id of its kind.
template <class Id, class OneCommand, class Read>
ParseResult parse_change(const http::Request& request, std::size_t json_depth, Read read) {
  const auto id = parse_id(request);
  if (!id) return id.error();
  return parse_body<OneCommand>(request, json_depth, events::StreamId::of(Id(*id)), read);
}

// The request as if it had an empty object for a body, where it has none.
http::Request with_body(http::Request request);

}  // namespace taskstream::command
