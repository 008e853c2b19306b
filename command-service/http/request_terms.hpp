#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "command-service/core/request.hpp"
#include "events/contract/ids.hpp"
#include "http/conditional.hpp"
#include "http/message.hpp"
#include "http/prefer.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// On what terms a request was made: what its header fields say, apart from what it asks for.
struct Terms {
  http::Precondition precondition;
  http::Preferences preferences;
  std::optional<RequestKey> key;           // with the hash of this request
  std::optional<std::string> traceparent;  // W3C Trace Context, when it is well formed
  events::PositionVector at_least;         // of the consistency tokens; empty with handling=lenient
};

// Malformed fields and tokens that do not fit this log are a 400.
boost::system::result<Terms, http::Problem> read_terms(const http::Request& request, const events::LogId& log_id);

// What a change of something that exists expects. Without a precondition the version is required, unless the operator
// has turned that off.
Expectation to_expectation(const http::Precondition& precondition, bool require_precondition);

}  // namespace taskstream::command
