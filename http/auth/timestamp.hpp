#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace taskstream::http {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// `2026-11-25T07:20:13Z`, with up to six digits behind the second; RFC 3339 in UTC and nothing else.
std::optional<Timestamp> read_timestamp(std::string_view text);

// With exactly six digits: `2026-11-25T07:20:13.000000Z`.
std::string to_text(Timestamp timestamp);

}  // namespace taskstream::http
