#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"

// Conditional requests (RFC 9110 §13). A version is the strong entity tag `"7"`.
namespace taskstream::http {

struct AnyVersion {};    // If-Match: *
struct MustNotExist {};  // If-None-Match: *
// If-Match with a list: one of these must be the version. Tags that are weak or no number can never match and are left
// out, so the list may be empty.
struct OneOfVersions {
  std::vector<std::int64_t> versions;
};
using Precondition = std::variant<std::monostate, AnyVersion, MustNotExist, OneOfVersions>;

// The precondition of a write. Tags without quotes, and If-None-Match with anything but `*`, are malformed.
boost::system::result<Precondition, Problem> read_precondition(const Request& request);

// Whether If-None-Match of a read names this tag (weak comparison, RFC 9110 §13.1.2), so that 304 is the answer.
bool is_not_modified(const Request& request, std::string_view etag);

std::string etag_of(std::int64_t version);

}  // namespace taskstream::http
