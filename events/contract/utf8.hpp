#pragma once

#include <string>

namespace taskstream::events {

// The text with U+FFFD in the place of what is no UTF-8. For bytes by foreign writers that are to be shown in JSON.
std::string with_valid_utf8(std::string text);

}  // namespace taskstream::events
