#include "http/prefer.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::uint64_t kMaxWaitSeconds = 30;

std::string_view unquoted(std::string_view word) {
  if (word.size() >= 2 && word.front() == '"' && word.back() == '"') return word.substr(1, word.size() - 2);
  return word;
}

std::optional<std::chrono::seconds> read_wait(std::string_view value) {
  if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto seconds = read_decimal(value).value_or(kMaxWaitSeconds);  // digits that do not fit are above the bound
  return std::chrono::seconds(std::min(seconds, kMaxWaitSeconds));
}

}  // namespace

Preferences read_preferences(const Request& request) {
  Preferences preferences;
  const auto header = request.header("Prefer");
  if (!header) return preferences;

  std::vector<std::string_view> seen;  // of a preference given twice the first counts
  for (const auto element : split_list(*header)) {
    const auto parts = split_list(element, ';');
    if (parts.empty()) continue;
    const auto preference = parts.front();
    const auto equals = preference.find('=');
    const auto name = trimmed(preference.substr(0, equals));
    const auto value = equals == std::string_view::npos ? "" : unquoted(trimmed(preference.substr(equals + 1)));
    if (std::ranges::any_of(seen, [&](std::string_view known) { return equals_ignoring_case(known, name); })) continue;
    seen.push_back(name);

    if (equals_ignoring_case(name, "wait")) {
      preferences.wait = read_wait(value).value_or(preferences.wait);
    } else if (equals_ignoring_case(name, "handling")) {
      preferences.lenient = value == "lenient";
    } else if (equals_ignoring_case(name, "return")) {
      preferences.return_minimal = value == "minimal";
    } else if (equals_ignoring_case(name, "conflict")) {
      preferences.merge_conflicts = value == "merge";
    }
  }
  return preferences;
}

}  // namespace taskstream::http
