#include "command-service/http/parse_user_command.hpp"

namespace taskstream::command {

using events::UserId;
using http::Request;

ParseResult parse_register_user(const Request& request, std::size_t json_depth) {
  return parse_body<RegisterUser>(request, json_depth, events::StreamId(), [](BodyReader& read, RegisterUser& command) {
    read.required("firstName", command.first_name);
    read.required("lastName", command.last_name);
    read.required("email", command.email);
    read.refuse("active", "cannot be given: a user begins active");
  });
}

ParseResult parse_edit_user(const Request& request, std::size_t json_depth) {
  return parse_change<UserId, EditUser>(request, json_depth, [](BodyReader& read, EditUser& command) {
    read.change("firstName", command.changes.first_name);
    read.change("lastName", command.changes.last_name);
    read.change("email", command.changes.email);
    read.refuse("active", "is changed by POST to the user's /deactivate and /reactivate");
  });
}

ParseResult parse_deactivate_user(const Request& request, std::size_t json_depth) {
  return parse_change<UserId, DeactivateUser>(
      with_body(request), json_depth,
      [](BodyReader& read, DeactivateUser& command) { read.optional("reason", command.reason); });
}

ParseResult parse_reactivate_user(const Request& request, std::size_t) {
  const auto id = parse_id(request);
  if (!id) return id.error();
  return ParsedCommand{.stream = events::StreamId::of(UserId(*id)),
                       .command = ReactivateUser(),
                       .invalid = unexpected_parameters(request)};
}

}  // namespace taskstream::command
