#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskstream::events {

// Bytes in URL-safe characters without padding (RFC 4648 §5).
std::string to_base64url(std::string_view bytes);

// nullopt for every text that to_base64url() does not write.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace taskstream::events
