#include "projection-service/replay/base64.hpp"

#include <algorithm>

#include "events/log/base64url.hpp"

namespace taskstream::replay {

std::string to_base64(std::string_view bytes) {
  std::string text = events::to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string url(text.substr(0, text.find_last_not_of('=') + 1));
  if (text.size() - url.size() > 2) return std::nullopt;
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  return events::from_base64url(url);
}

}  // namespace taskstream::replay
