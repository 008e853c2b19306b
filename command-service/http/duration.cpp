#include "command-service/http/duration.hpp"

#include <algorithm>
#include <cstdint>

namespace taskstream::command {
namespace {

using std::chrono::seconds;

constexpr std::size_t kDigitsAtMost = 9;

// Takes `12H` off the front of the text; nullopt, and nothing taken, where another designator follows the number.
std::optional<std::int64_t> take(std::string_view& text, char designator) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > kDigitsAtMost || digits == text.size() || text[digits] != designator) return std::nullopt;
  std::int64_t number = 0;
  for (const char digit : text.substr(0, digits)) number = number * 10 + (digit - '0');
  text.remove_prefix(digits + 1);
  return number;
}

struct Unit {
  char designator;
  seconds length;
};

// Whatever of these units stands there, in their order. Nullopt when none does.
template <std::size_t N>
std::optional<seconds> take_units(std::string_view& text, const Unit (&units)[N]) {
  std::optional<seconds> sum;
  for (const auto& [designator, length] : units) {
    if (const auto number = take(text, designator)) sum = sum.value_or(seconds(0)) + *number * length;
  }
  return sum;
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
  static constexpr Unit kOfDate[] = {{'W', std::chrono::weeks(1)}, {'D', std::chrono::days(1)}};
  static constexpr Unit kOfTime[] = {
      {'H', std::chrono::hours(1)}, {'M', std::chrono::minutes(1)}, {'S', std::chrono::seconds(1)}};
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  const std::optional<seconds> of_date = take_units(text, kOfDate);
  std::optional<seconds> of_time;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    of_time = take_units(text, kOfTime);
    if (!of_time) return std::nullopt;  // a `T` announces a time
  }
  if (!text.empty() || (!of_date && !of_time)) return std::nullopt;
  return of_date.value_or(seconds(0)) + of_time.value_or(seconds(0));
}

}  // namespace taskstream::command
