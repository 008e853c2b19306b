#pragma once

#include "command-service/http/parsed_command.hpp"

namespace taskstream::command {

ParseResult parse_create_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_put_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_edit_task(const http::Request& request, std::size_t json_depth);  // JSON Merge Patch (RFC 7396)
ParseResult parse_postpone_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_change_status(const http::Request& request, std::size_t json_depth);
ParseResult parse_assign_task(const http::Request& request, std::size_t json_depth);
// The body may be absent: it only names another user than the actor, where nobody has to authenticate.
ParseResult parse_claim_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_unassign_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_lock_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_unlock_task(const http::Request& request, std::size_t json_depth);
ParseResult parse_delete_task(const http::Request& request, std::size_t json_depth);

}  // namespace taskstream::command
