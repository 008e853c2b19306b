#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskstream::http {

// Base64url without padding, as tokens are written (RFC 7515 §2).
std::string encode_base64url(std::string_view bytes);

// nullopt for anything that the encoder would not write: padding, blanks, foreign characters, bits that mean nothing.
// So one value has one spelling.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace taskstream::http
