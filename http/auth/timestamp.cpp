#include "http/auth/timestamp.hpp"

#include <spdlog/fmt/fmt.h>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

using namespace std::chrono;

constexpr std::string_view kShape = "0000-00-00T00:00:00";
constexpr std::size_t kFinestDigits = 6;

bool has_shape(std::string_view text) {
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !is_digit : text[i] != kShape[i]) return false;
  }
  return true;
}

unsigned number(std::string_view text, std::size_t at, std::size_t digits) {
  return static_cast<unsigned>(*read_decimal(text.substr(at, digits)));
}

// What stands between the second and the `Z`.
std::optional<microseconds> read_fraction(std::string_view text) {
  if (text.empty()) return microseconds(0);
  const auto digits = text.substr(1);
  if (text.front() != '.' || digits.empty() || digits.size() > kFinestDigits) return std::nullopt;
  const auto value = read_decimal(digits);
  if (!value) return std::nullopt;
  auto micros = static_cast<std::int64_t>(*value);
  for (std::size_t i = digits.size(); i < kFinestDigits; ++i) micros *= 10;
  return microseconds(micros);
}

}  // namespace

std::optional<Timestamp> read_timestamp(std::string_view text) {
  const auto second = text.substr(0, kShape.size());
  if (!has_shape(second) || !text.ends_with('Z')) return std::nullopt;
  const auto fraction = read_fraction(text.substr(kShape.size(), text.size() - kShape.size() - 1));
  const year_month_day date(year(static_cast<int>(number(text, 0, 4))), month(number(text, 5, 2)),
                            day(number(text, 8, 2)));
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto seconds_of_minute = number(text, 17, 2);
  if (!fraction || !date.ok() || hour > 23 || minute > 59 || seconds_of_minute > 59) return std::nullopt;
  return Timestamp(sys_days(date)) + hours(hour) + minutes(minute) + seconds(seconds_of_minute) + *fraction;
}

std::string to_text(Timestamp timestamp) {
  const auto day_of = floor<days>(timestamp);
  const year_month_day date(day_of);
  const hh_mm_ss time(timestamp - day_of);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

}  // namespace taskstream::http
