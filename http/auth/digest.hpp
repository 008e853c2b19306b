#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskstream::http {

// SHA-256 (FIPS 180-4): of a token, all that is kept of it.
using Digest = std::array<std::uint8_t, 32>;

Digest digest_of(std::string_view bytes);
// Takes as long for digests that differ at once as for those that differ at the end.
bool equals_in_constant_time(const Digest& a, const Digest& b);

// 64 hexadecimal digits in lower case.
std::string to_hex(const Digest& digest);
std::optional<Digest> read_digest(std::string_view hex);

}  // namespace taskstream::http
