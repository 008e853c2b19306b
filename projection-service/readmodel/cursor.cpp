#include "projection-service/readmodel/cursor.hpp"

#include <algorithm>

#include "events/contract/base64.hpp"

namespace taskstream::projection {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kNumberBytes = 8;
enum class KeyKind : char { None = 0, Number = 1, Text = 2 };

// FNV-1a over the query and the cursor's bytes: tells another query and damage, which is all that is asked of it.
std::uint64_t seal(std::string_view query, std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  const auto mix = [&](std::string_view part) {
    for (const char c : part) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211U;
  };
  mix(query);
  mix("\n");
  mix(bytes);
  return hash;
}

void put_number(std::string& bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < kNumberBytes; ++i) bytes.push_back(static_cast<char>((number >> (8 * i)) & 0xff));
}

std::uint64_t number_at_end(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    number |= std::uint64_t{static_cast<std::uint8_t>(bytes[bytes.size() - kNumberBytes + i])} << (8 * i);
  }
  return number;
}

}  // namespace

// Bytes: id, kind of key, key, seal.
std::string encode_cursor(const Cursor& cursor, std::string_view query) {
  std::string bytes;
  for (const auto byte : cursor.id.bytes()) bytes.push_back(static_cast<char>(byte));
  if (const auto* number = std::get_if<std::int64_t>(&cursor.key)) {
    bytes.push_back(static_cast<char>(KeyKind::Number));
    put_number(bytes, static_cast<std::uint64_t>(*number));
  } else if (const auto* text = std::get_if<std::string>(&cursor.key)) {
    bytes.push_back(static_cast<char>(KeyKind::Text));
    bytes += *text;
  } else {
    bytes.push_back(static_cast<char>(KeyKind::None));
  }
  put_number(bytes, seal(query, bytes));
  return events::to_base64url(bytes);
}

std::optional<Cursor> decode_cursor(std::string_view text, std::string_view query) {
  const auto bytes = events::from_base64url(text);
  if (!bytes || bytes->size() < kIdBytes + 1 + kNumberBytes) return std::nullopt;
  std::string_view rest(*bytes);
  const std::uint64_t sealed = number_at_end(rest);
  rest.remove_suffix(kNumberBytes);
  if (sealed != seal(query, rest)) return std::nullopt;

  events::Uuid::Bytes id;
  std::ranges::transform(rest.substr(0, kIdBytes), id.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  Cursor cursor{.key = {}, .id = events::Uuid(id)};
  const auto kind = static_cast<KeyKind>(rest[kIdBytes]);
  rest.remove_prefix(kIdBytes + 1);
  switch (kind) {
    case KeyKind::None:
      if (!rest.empty()) return std::nullopt;
      return cursor;
    case KeyKind::Number:
      if (rest.size() != kNumberBytes) return std::nullopt;
      cursor.key = static_cast<std::int64_t>(number_at_end(rest));
      return cursor;
    case KeyKind::Text:
      cursor.key = std::string(rest);
      return cursor;
  }
  return std::nullopt;
}

}  // namespace taskstream::projection
