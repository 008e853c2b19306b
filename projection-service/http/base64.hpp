#pragma once

#include <string>
#include <string_view>

namespace taskstream::projection {

// RFC 4648 §4: the usual alphabet, padded.
std::string to_base64(std::string_view bytes);

}  // namespace taskstream::projection
