#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "http/problem.hpp"

namespace taskstream::http {

// Reads a JSON object (RFC 8259) with nothing left to chance: a member that comes twice, nesting deeper than
// `max_depth` (0 = any), an integer outside int64, or bytes that are no UTF-8 are malformed, and the detail says where.
boost::system::result<nlohmann::json, Problem> parse_json_object(std::string_view body, std::size_t max_depth);

// The same document in one spelling: members sorted by code point, no blanks, numbers exactly as sent, strings with the
// fewest escapes. Hashes of it are stored for ever, so the spelling never changes. An absent body stays empty; what is
// no JSON comes back as it is.
std::string canonical_json(std::string_view body);

}  // namespace taskstream::http
