#pragma once

#include "command-service/http/parsed_command.hpp"

namespace taskstream::command {

ParseResult parse_register_user(const http::Request& request, std::size_t json_depth);
ParseResult parse_edit_user(const http::Request& request, std::size_t json_depth);  // JSON Merge Patch (RFC 7396)
// The body may be absent: it only gives a reason.
ParseResult parse_deactivate_user(const http::Request& request, std::size_t json_depth);
ParseResult parse_reactivate_user(const http::Request& request, std::size_t json_depth);

}  // namespace taskstream::command
