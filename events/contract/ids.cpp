#include "events/contract/ids.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

namespace taskstream::events {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_hyphen_place(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_id_character(char c) {
  return is_lower(c) || (c >= '0' && c <= '9') || c == '-';
}

Uuid with_version(Uuid::Bytes bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Bytes bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    bytes[digits / 2] = static_cast<std::uint8_t>(bytes[digits / 2] << 4 | value);
    ++digits;
  }
  return Uuid(bytes);
}

std::string Uuid::to_string() const {
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : bytes_) {
    if (is_hyphen_place(text.size())) text.push_back('-');
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 0x0F]);
  }
  return text;
}

Uuid make_uuid_v7(std::int64_t unix_ms, const Uuid::Bytes& random) {
  Uuid::Bytes bytes = random;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(unix_ms >> (8 * (5 - i)));
  return with_version(bytes, 7);
}

Uuid make_uuid_v8(const Uuid::Bytes& digest) {
  return with_version(digest, 8);
}

std::optional<StreamId> StreamId::parse(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view kind = key.substr(0, slash);
  const std::string_view id = key.substr(slash + 1);
  if (kind.empty() || kind.size() > 32 || !is_lower(kind.front()) || !std::ranges::all_of(kind, is_id_character)) {
    return std::nullopt;
  }
  if (id.empty() || id.size() > 64 || !std::ranges::all_of(id, is_id_character)) return std::nullopt;
  return StreamId(std::string(key));
}

}  // namespace taskstream::events

std::size_t std::hash<taskstream::events::Uuid>::operator()(const taskstream::events::Uuid& uuid) const noexcept {
  return boost::hash_range(uuid.bytes().begin(), uuid.bytes().end());
}
