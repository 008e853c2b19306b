#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskstream::replay {

// RFC 4648 §4, with padding: what CloudEvents wants, beside base64url of the tokens.
std::string to_base64(std::string_view bytes);

// nullopt for every text that to_base64() does not write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace taskstream::replay
