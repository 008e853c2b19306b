#include "http/auth/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>

namespace taskstream::http {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

Digest digest_of(std::string_view bytes) {
  Digest digest{};
  // It can fail only where OpenSSL was built without SHA-256.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) std::abort();
  return digest;
}

bool equals_in_constant_time(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(const Digest& digest) {
  std::string hex;
  for (const unsigned byte : digest) hex.append({kHexDigits[byte >> 4], kHexDigits[byte & 0xf]});
  return hex;
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
