#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "http/principal.hpp"

namespace taskstream::http {

// What a token gives.
struct Grant {
  Principal principal;
  // From then on it is not taken any more: `principal.expires_at` and the leeway that clocks get.
  std::optional<std::chrono::system_clock::time_point> taken_until;
};

// The error says why a token is not taken, and quotes nothing of it.
using GrantResult = boost::system::result<Grant, std::string>;

}  // namespace taskstream::http
