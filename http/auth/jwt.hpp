#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/auth/grant.hpp"
#include "http/auth/jwt_key.hpp"

namespace taskstream::http {

// By how much the clocks of whoever issues tokens and of this machine may differ.
inline constexpr std::chrono::seconds kJwtLeeway{30};

struct JwtRules {
  JwtKey key;
  std::string issuer;
  std::string audience;
};

// Takes a JSON Web Token (RFC 7519) in compact form. The algorithm is the key's, whatever the token says; nothing of
// the payload is looked at before the signature has been verified. Whatever the rules do not foresee is refused:
// `crit`, members that come twice, claims of another type than theirs.
GrantResult check_jwt(std::string_view token, const JwtRules& rules, std::chrono::system_clock::time_point now);

// The same without a signature: what the claims give. `payload` is JSON.
GrantResult grant_of_claims(std::string_view payload, const JwtRules& rules, std::chrono::system_clock::time_point now);

}  // namespace taskstream::http
