#pragma once

#include <optional>
#include <string>
#include <string_view>

// Bytes as text. Each value has one spelling: what the other direction would not write is no text of any.
namespace taskstream::events {

// In URL-safe characters without padding (RFC 4648 §5).
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// In the usual alphabet, padded (RFC 4648 §4).
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace taskstream::events
