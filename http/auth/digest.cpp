#include "http/auth/digest.hpp"

#include <openssl/crypto.h>

namespace taskstream::http {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

bool equals_in_constant_time(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<Digest> read_digest(std::string_view hex) {
  Digest digest{};
  if (hex.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const auto value = kHexDigits.find(hex[i]);
    if (value == std::string_view::npos) return std::nullopt;
    digest[i / 2] = static_cast<std::uint8_t>(unsigned{digest[i / 2]} << 4 | value);
  }
  return digest;
}

}  // namespace taskstream::http
