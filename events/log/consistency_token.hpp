#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "events/contract/ids.hpp"
#include "events/log/position.hpp"

namespace taskstream::events {

enum class TokenError {
  Unreadable,    // no token of ours, or damaged on its way
  OfAnotherLog,  // its offsets mean nothing here
};

// Names a position vector of one log, in URL-safe characters without padding (RFC 4648 §5). Opaque to clients, who hand
// tokens on between services, replicas and each other; so every service reads and writes them by this code.
std::string encode_token(const LogId& log, const PositionVector& positions);

boost::system::result<PositionVector, TokenError> decode_token(std::string_view token, const LogId& log);

}  // namespace taskstream::events
