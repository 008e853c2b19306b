#include "command-service/http/parsed_command.hpp"

namespace taskstream::command {
namespace {

using http::FieldError;
using http::Request;

bool has_no_body(const TaskCommand& command) {
  return std::holds_alternative<UnassignTask>(command) || std::holds_alternative<UnlockTask>(command) ||
         std::holds_alternative<DeleteTask>(command);
}

}  // namespace

boost::system::result<events::Uuid, http::Problem> parse_id(const Request& request) {
  const auto id = events::Uuid::parse(request.path_parameter("id"));
  if (!id) return http::malformed("The id in the path is not a UUID.");
  return *id;
}

FieldError::Location place_of_values(const Command& command) {
  const auto* of_task = std::get_if<TaskCommand>(&command);
  return of_task != nullptr && has_no_body(*of_task) ? FieldError::Location::Query : FieldError::Location::Body;
}

std::vector<FieldError> unexpected_parameters(const Request& request) {
  std::vector<FieldError> errors;
  for (const http::QueryParameter& parameter : request.query) {
    errors.push_back({parameter.name, "is not known here", FieldError::Location::Query});
  }
  return errors;
}

Request with_body(Request request) {
  if (request.body.empty()) request.body = "{}";
  return request;
}

}  // namespace taskstream::command
