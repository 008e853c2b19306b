#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace taskstream::command {

// A duration of ISO 8601-1 §5.5.2 in whole weeks, days, hours, minutes and seconds, in that order, e.g. `P2D` or
// `P1DT12H`. Years and months are refused, for they are not equally long; so are signs, fractions, and numbers of more
// than nine digits.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace taskstream::command
