#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskstream::http {

// `traceparent` of W3C Trace Context (§3.2) as it is handed on: unchanged, because this service has no spans of its
// own. What a later version of the specification says is cut down to what version 00 knows; nullopt for what is not
// well formed, which is to be ignored.
std::optional<std::string> read_traceparent(std::string_view field);

// The 32 hex digits that all records of one trace share. Of what read_traceparent() gave.
std::string_view trace_id_of(std::string_view traceparent);

}  // namespace taskstream::http
