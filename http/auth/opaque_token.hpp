#pragma once

#include <string>

namespace taskstream::http {

// A new opaque token: 256 random bits behind a prefix by which a scanner of published files knows it for a secret.
// Throws std::runtime_error when the system gives no random bits.
std::string make_opaque_token();

// A name for it: short, since people type it.
std::string make_token_id();

}  // namespace taskstream::http
