#include "http/trace_context.hpp"

#include <algorithm>

namespace taskstream::http {
namespace {

// version-traceid-parentid-flags
constexpr std::size_t kLength = 55;
constexpr std::size_t kTraceId = 3;
constexpr std::size_t kParentId = 36;
constexpr std::size_t kFlags = 53;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

bool is_sampled(char last_digit) {
  const int value = last_digit <= '9' ? last_digit - '0' : last_digit - 'a' + 10;
  return value % 2 == 1;
}

}  // namespace

std::optional<std::string> read_traceparent(std::string_view field) {
  if (field.size() < kLength || field[2] != '-' || field[35] != '-' || field[52] != '-') return std::nullopt;
  const auto version = field.substr(0, 2);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (!is_id(field.substr(kTraceId, 32)) || !is_id(field.substr(kParentId, 16))) return std::nullopt;
  if (!is_hex(field.substr(kFlags, 2))) return std::nullopt;
  if (version == "00") return field.size() == kLength ? std::optional(std::string(field)) : std::nullopt;
  if (field.size() > kLength && field[kLength] != '-') return std::nullopt;
  std::string known = "00" + std::string(field.substr(2, kFlags - 2));
  return known += is_sampled(field[kLength - 1]) ? "01" : "00";
}

std::string_view trace_id_of(std::string_view traceparent) {
  return traceparent.substr(kTraceId, 32);
}

}  // namespace taskstream::http
