#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::http {

// The path of an origin-form target, percent-decoded. `%2F` and `%00` are refused: decoded, a slash inside a segment
// could not be told from one between segments.
boost::system::result<std::string, Problem> read_path(std::string_view target);

// The parameters behind the `?`, in the order sent. `+` is a blank, as forms and URLSearchParams write it.
boost::system::result<std::vector<QueryParameter>, Problem> read_query(std::string_view target);

}  // namespace taskstream::http
