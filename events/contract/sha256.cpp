#include "events/contract/sha256.hpp"

#include <openssl/evp.h>

#include <boost/algorithm/hex.hpp>
#include <cstdlib>
#include <iterator>

namespace taskstream::events {

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  // It can fail only where OpenSSL was built without SHA-256.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) std::abort();
  return digest;
}

std::string to_hex(const Sha256Digest& digest) {
  std::string hex;
  boost::algorithm::hex_lower(digest.begin(), digest.end(), std::back_inserter(hex));
  return hex;
}

}  // namespace taskstream::events
