#include "http/auth/opaque_token.hpp"

#include <openssl/rand.h>

#include <stdexcept>

#include "events/contract/base64.hpp"

namespace taskstream::http {
namespace {

constexpr const char* kPrefix = "taskstream_";
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kIdBytes = 6;

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("the system gives no random bits");
  }
  return bytes;
}

}  // namespace

std::string make_opaque_token() {
  return kPrefix + events::to_base64url(random_bytes(kTokenBytes));
}

// With a letter first: a name that begins with a dash would be taken for a flag.
std::string make_token_id() {
  return 't' + events::to_base64url(random_bytes(kIdBytes));
}

}  // namespace taskstream::http
