#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/contract/record.hpp"

namespace taskstream::projection {

// A record's headers as one blob: names and values of any bytes, repeated or not, in their order.
std::string to_blob(const std::vector<events::Header>& headers);

// Throws std::runtime_error when the blob is cut short.
std::vector<events::Header> read_headers_blob(std::string_view blob);

}  // namespace taskstream::projection
