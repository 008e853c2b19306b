#include "events/log/consistency_token.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "events/contract/base64.hpp"

namespace taskstream::events {
namespace {

// Bytes: format, log id, number of partitions, the next offset of each (LEB128), checksum over all before it.
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kLogIdBytes = 16;
constexpr std::size_t kMaxPartitions = 100'000;

// FNV-1a: tells damage from a token, which is all that is asked of it. Nothing secret hangs on a token.
std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t hash = 2166136261U;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash;
}

void put_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>((value & 0x7f) | 0x80));
  bytes.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;  // more than an offset can hold
}

}  // namespace

std::string encode_token(const LogId& log, const PositionVector& positions) {
  // Partitions at their start say the same when they are left out, at the end.
  Partition size = positions.size();
  while (size > 0 && positions.next(size - 1) == 0) --size;

  std::string bytes(1, static_cast<char>(kFormat));
  for (const auto byte : log.uuid().bytes()) bytes.push_back(static_cast<char>(byte));
  put_varint(bytes, static_cast<std::uint64_t>(size));
  for (Partition p = 0; p < size; ++p) put_varint(bytes, static_cast<std::uint64_t>(positions.next(p)));
  const std::uint32_t sum = checksum(bytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i) bytes.push_back(static_cast<char>((sum >> (8 * i)) & 0xff));
  return to_base64url(bytes);
}

boost::system::result<PositionVector, TokenError> decode_token(std::string_view token, const LogId& log) {
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() < 1 + kLogIdBytes + 1 + kChecksumBytes) return TokenError::Unreadable;
  std::string_view rest(*bytes);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    sum |= std::uint32_t{static_cast<std::uint8_t>(rest[rest.size() - kChecksumBytes + i])} << (8 * i);
  }
  rest.remove_suffix(kChecksumBytes);
  if (sum != checksum(rest) || static_cast<std::uint8_t>(rest.front()) != kFormat) return TokenError::Unreadable;
  rest.remove_prefix(1);

  Uuid::Bytes log_bytes;
  std::ranges::transform(rest.substr(0, kLogIdBytes), log_bytes.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  rest.remove_prefix(kLogIdBytes);

  const auto size = take_varint(rest);
  if (!size || *size > kMaxPartitions || *size > rest.size()) return TokenError::Unreadable;
  std::vector<Offset> next;
  next.reserve(*size);
  for (std::uint64_t p = 0; p < *size; ++p) {
    const auto offset = take_varint(rest);
    if (!offset) return TokenError::Unreadable;
    next.push_back(static_cast<Offset>(*offset));
  }
  if (!rest.empty()) return TokenError::Unreadable;
  if (LogId(Uuid(log_bytes)) != log) return TokenError::OfAnotherLog;
  return PositionVector(std::move(next));
}

}  // namespace taskstream::events
