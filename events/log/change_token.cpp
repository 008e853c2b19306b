#include "events/log/change_token.hpp"

#include <array>
#include <cstddef>

namespace taskstream::events {
namespace {

constexpr std::string_view kAtRest = "c.";
constexpr std::string_view kUnderWay = "w.";  // so that no half of one is taken for a whole other
constexpr std::size_t kPartsOfWalk = 3;

}  // namespace

PositionVector ChangeToken::needs() const {
  PositionVector needed = seen;
  if (walk) needed.advance(walk->end);
  return needed;
}

// `c.SEEN`, or `w.SEEN.BASE.END`, each a position vector as consistency tokens write it.
std::string encode_change_token(const LogId& log, const ChangeToken& token) {
  const std::string seen = encode_token(log, token.seen);
  if (!token.walk) return std::string(kAtRest) + seen;
  return std::string(kUnderWay) + seen + "." + encode_token(log, token.walk->base) + "." +
         encode_token(log, token.walk->end);
}

boost::system::result<ChangeToken, TokenError> decode_change_token(std::string_view text, const LogId& log) {
  const bool under_way = text.starts_with(kUnderWay);
  if (!under_way && !text.starts_with(kAtRest)) return TokenError::Unreadable;
  text.remove_prefix(kAtRest.size());
  std::array<PositionVector, kPartsOfWalk> parts;
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    if (count == parts.size()) return TokenError::Unreadable;
    const std::size_t dot = text.find('.');
    more = dot != std::string_view::npos;
    auto positions = decode_token(text.substr(0, dot), log);
    if (!positions) return positions.error();
    parts[count] = *std::move(positions);
    if (more) text.remove_prefix(dot + 1);
  }
  if (count != (under_way ? kPartsOfWalk : 1)) return TokenError::Unreadable;
  ChangeToken token{.seen = std::move(parts[0]), .walk = {}};
  if (under_way) token.walk = ChangeToken::Walk{.base = std::move(parts[1]), .end = std::move(parts[2])};
  return token;
}

}  // namespace taskstream::events
