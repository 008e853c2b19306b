#include "projection-service/replay/moment.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace taskstream::replay {
namespace {

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || text.front() == '-' || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::optional<events::Position> read_position(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto partition = read_number<events::Partition>(text.substr(0, colon));
  const auto offset = read_number<events::Offset>(text.substr(colon + 1));
  if (!partition || !offset) return std::nullopt;
  return events::Position{.partition = *partition, .offset = *offset};
}

// A date without its time is none, however much it looks like one.
bool looks_like_a_token(std::string_view text) {
  return text.size() >= 16 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

}  // namespace

boost::system::result<Moment, NotAMoment> parse_moment(std::string_view text) {
  if (const auto instant = events::parse_instant(text)) return Moment(*instant);
  if (const auto position = read_position(text)) return Moment(*position);
  if (looks_like_a_token(text)) return Moment(TokenText{std::string(text)});
  return NotAMoment{
      "is neither a time (2026-11-25T07:20:00Z) nor a position (PARTITION:OFFSET) nor a consistency token"};
}

events::Instant time_of(const events::Record& record, events::Instant log_time) {
  const auto header = std::ranges::find(record.headers, "ce_time", &events::Header::name);
  const auto time = header != record.headers.end() ? events::parse_instant(header->value) : std::nullopt;
  return time.value_or(log_time);
}

}  // namespace taskstream::replay
