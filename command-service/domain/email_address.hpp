#pragma once

#include <string_view>

#include "events/contract/ids.hpp"

namespace taskstream::command {

// The stream that reserves an e-mail address: `email/` and the hex SHA-256 of the address, lower-cased in ASCII, so
// that addresses which differ in case alone are one.
events::StreamId email_stream(std::string_view address);

}  // namespace taskstream::command
