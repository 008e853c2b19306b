#include "events/contract/instant.hpp"

#include <date/date.h>
#include <fmt/format.h>

namespace taskstream::events {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Takes fixed-width fields off the front of a text. Once one does not fit, `ok` stays false.
// date::from_stream is not used: it takes signs, short fields and blanks that RFC 3339 refuses.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int low, int high) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
    ok_ = ok_ && low <= value && value <= high;
    return value;
  }

  void literal(char lower, char upper) {
    ok_ = ok_ && !rest_.empty() && (rest_.front() == lower || rest_.front() == upper);
    if (ok_) rest_.remove_prefix(1);
  }
  void literal(char c) { literal(c, c); }

  // The digits after `.`, cut to microseconds; none when there is no `.`.
  microseconds fraction() {
    if (rest_.empty() || rest_.front() != '.') return microseconds(0);
    rest_.remove_prefix(1);
    if (!at_digit()) ok_ = false;
    int value = 0;
    int scale = 100'000;
    for (; at_digit(); scale /= 10) value += scale * digit();
    return microseconds(value);
  }

  // How far local time is ahead of UTC.
  minutes offset() {
    if (!rest_.empty() && (rest_.front() == 'Z' || rest_.front() == 'z')) {
      rest_.remove_prefix(1);
      return minutes(0);
    }
    const int sign = !rest_.empty() && rest_.front() == '-' ? -1 : 1;
    literal('+', '-');
    const int hour = number(2, 0, 23);
    literal(':');
    const int minute = number(2, 0, 59);
    return sign * (hours(hour) + minutes(minute));
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  int digit() {
    if (!at_digit()) {
      ok_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  FieldReader read(text);
  const date::year year(read.number(4, 0, 9999));
  read.literal('-');
  const date::month month(static_cast<unsigned>(read.number(2, 1, 12)));
  read.literal('-');
  const date::day day(static_cast<unsigned>(read.number(2, 1, 31)));
  read.literal('T', 't');
  const hours hour(read.number(2, 0, 23));
  read.literal(':');
  const minutes minute(read.number(2, 0, 59));
  read.literal(':');
  const seconds second(read.number(2, 0, 59));
  const microseconds fraction = read.fraction();
  const minutes offset = read.offset();
  const date::year_month_day ymd(year, month, day);
  if (!read.ok() || !read.at_end() || !ymd.ok()) return std::nullopt;
  const Instant instant = Instant(date::sys_days(ymd).time_since_epoch()) + hour + minute + second + fraction - offset;
  // An offset can carry the first and the last day out of the years that four digits can write.
  const date::year utc_year = date::year_month_day(date::floor<date::days>(instant)).year();
  if (utc_year < date::year(0) || utc_year > date::year(9999)) return std::nullopt;
  return instant;
}

std::string format_instant(Instant instant) {
  const auto day = date::floor<date::days>(instant);
  const date::year_month_day ymd(day);
  const date::hh_mm_ss time(instant - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

}  // namespace taskstream::events
