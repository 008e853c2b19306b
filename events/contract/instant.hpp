#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace taskstream::events {

// A moment in UTC, to the microsecond: as fine as the log keeps it.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339 with a date, a time and an offset, years 0000 to 9999. Digits finer than a microsecond are cut. A leap
// second
// (`:60`) is refused: the instants around it could not be told apart afterwards.
std::optional<Instant> parse_instant(std::string_view text);

// RFC 3339 in UTC with exactly six digits: `2026-11-25T07:20:13.000000Z`.
std::string format_instant(Instant instant);

}  // namespace taskstream::events
