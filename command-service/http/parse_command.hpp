#pragma once

#include <boost/system/result.hpp>
#include <vector>

#include "command-service/domain/commands.hpp"
#include "events/contract/ids.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// What a request asks for. Values that are not of the right type are told apart here; whether they are within their
// limits is the domain's to say.
struct ParsedCommand {
  events::TaskId task_id;  // of the path; the caller fills it in where there is none
  TaskCommand command;
  // Not answered at once: whether the task exists, and its version, come first.
  std::vector<http::FieldError> invalid;
};

using ParseResult = boost::system::result<ParsedCommand, http::Problem>;

// Problems are what cannot be read at all: no JSON, or an id in the path that is no UUID (400 MALFORMED).
ParseResult parse_create_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_put_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_edit_task(const http::Request& request, std::size_t json_depth);  // JSON Merge Patch (RFC 7396)
ParseResult parse_postpone_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_change_status(const http::Request& request, std::size_t json_depth);
ParseResult parse_assign_task(const http::Request& request, std::size_t json_depth);
// The body may be absent: it only names another user than the actor.
ParseResult parse_claim_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_unassign_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_lock_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_unlock_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_delete_task(const http::Request& request, std::size_t json_depth);

boost::system::result<events::TaskId, http::Problem> parse_task_id(const http::Request& request);

// Where requests carry the values of this command: what has no body has them in the query.
http::FieldError::Location place_of_values(const TaskCommand& command);

// What is wrong with the query of a request that takes no parameters.
std::vector<http::FieldError> unexpected_parameters(const http::Request& request);

}  // namespace taskstream::command
