#include "events/log/freshness_field.hpp"

#include "events/log/change_token.hpp"

namespace taskstream::events {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

boost::system::result<PositionVector, TokenError> read_token(std::string_view text, const LogId& log) {
  if (text.find('.') == std::string_view::npos) return decode_token(text, log);
  const auto place = decode_change_token(text, log);
  if (!place) return place.error();
  return place->needs();
}

}  // namespace

boost::system::result<PositionVector, FreshnessError> read_freshness(std::string_view field, const LogIdentity& log) {
  PositionVector wanted;
  bool is_empty = true;
  for (bool more = true; more;) {
    const std::size_t comma = field.find(',');
    const std::string_view token = trimmed(field.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) field.remove_prefix(comma + 1);
    if (token.empty()) continue;
    is_empty = false;
    const auto positions = read_token(token, log.log_id);
    if (!positions) {
      const bool is_foreign = positions.error() == TokenError::OfAnotherLog;
      return is_foreign ? FreshnessError::OfAnotherLog : FreshnessError::Unreadable;
    }
    if (positions->size() > log.partitions) return FreshnessError::NoSuchPartition;
    wanted.advance(*positions);
  }
  // Whoever has lost a token on the way learns it, rather than be answered something older than they saw.
  if (is_empty) return FreshnessError::Empty;
  return wanted;
}

std::string_view explain(FreshnessError error) {
  switch (error) {
    case FreshnessError::Empty:
      return "The field `Consistency-Token` is empty: leave it out, or send a token.";
    case FreshnessError::Unreadable:
      return "A consistency token cannot be read: send one exactly as an answer gave it.";
    case FreshnessError::OfAnotherLog:
      return "A consistency token is of another log, where its positions mean something else: drop it.";
    case FreshnessError::NoSuchPartition:
      return "A consistency token names a partition that this log has not.";
  }
  return {};
}

}  // namespace taskstream::events
