#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "command-service/core/request.hpp"
#include "events/log/genesis.hpp"
#include "http/conditional.hpp"
#include "http/message.hpp"
#include "http/prefer.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// 1 to 255 printable ASCII characters.
bool is_idempotency_key(std::string_view text);

// On what terms a request was made: what its header fields say, apart from what it asks for.
struct Terms {
  http::Precondition precondition;  // of a write
  http::Preferences preferences;
  std::optional<RequestKey> key;           // with the hash of this request
  std::optional<std::string> traceparent;  // W3C Trace Context, when it is well formed
  events::PositionVector at_least;         // of the consistency tokens; empty with handling=lenient
};

// Malformed fields and tokens that do not fit this log are a 400.
boost::system::result<Terms, http::Problem> read_terms(const http::Request& request, const events::LogIdentity& log);

// What a change of something that exists asks of its sender.
enum class PreconditionRule {
  Version,       // to say which version it is for, unless the operator has turned that off
  VersionOrKey,  // to make a retry safe by either, whatever the operator says: it would be made twice
  None,          // nothing: it states its own condition. One that is sent is honoured.
};

Expectation to_expectation(const Terms& terms, PreconditionRule rule, bool require_precondition);

}  // namespace taskstream::command
