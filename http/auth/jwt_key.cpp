#include "http/auth/jwt_key.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace taskstream::http {
namespace {

constexpr std::size_t kMinSecretBytes = 32;  // RFC 7518 §3.2: as long as the hash
constexpr int kMinRsaBits = 2'048;           // RFC 7518 §3.3
constexpr std::size_t kEs256NumberBytes = 32;

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* object) const { free(object); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, free>>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view without_line_break(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string read_secret(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) {
    throw std::runtime_error("the key file of HS256 holds a key in PEM: it must hold a secret that nobody else knows");
  }
  const auto secret = without_line_break(text);
  if (secret.size() < kMinSecretBytes) {
    throw std::runtime_error(
        "the key file of HS256 holds fewer than 32 bytes: make one with `openssl rand -base64 48`");
  }
  return std::string(secret);
}

// Nobody is asked for a pass phrase: a public key has none.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

bool is_on_p256(EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t length = 0;
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
         std::string_view(group.data(), length) == "prime256v1";
}

OwnedKey read_public_key(JwtAlgorithm algorithm, std::string_view text) {
  const Owned<BIO, BIO_free_all> source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  OwnedKey key(source ? PEM_read_bio_PUBKEY(source.get(), nullptr, no_pass_phrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) throw std::runtime_error("the key file holds no public key in PEM (`-----BEGIN PUBLIC KEY-----`)");
  if (algorithm == JwtAlgorithm::Rs256) {
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < kMinRsaBits) {
      throw std::runtime_error("the key file of RS256 holds no RSA key of 2,048 bits or more");
    }
  } else if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC || !is_on_p256(key.get())) {
    throw std::runtime_error("the key file of ES256 holds no key on the curve P-256");
  }
  return key;
}

bool verify_hmac(std::string_view secret, std::string_view signed_text, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> computed{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(signed_text), signed_text.size(),
           computed.data(), &length) == nullptr) {
    return false;
  }
  return signature.size() == length && CRYPTO_memcmp(signature.data(), computed.data(), length) == 0;
}

bool verify_digest(EVP_PKEY* key, std::string_view signed_text, std::string_view signature) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const bool verified = context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                        EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(signed_text),
                                         signed_text.size()) == 1;
  ERR_clear_error();  // of this thread: a signature that does not fit is no error of ours
  return verified;
}

// A JWT's ES256 signature is two numbers side by side (RFC 7518 §3.4); OpenSSL takes them in DER. Empty = not those.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kEs256NumberBytes) return {};
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  Owned<BIGNUM, BN_free> r(BN_bin2bn(bytes_of(signature), kEs256NumberBytes, nullptr));
  Owned<BIGNUM, BN_free> s(BN_bin2bn(bytes_of(signature) + kEs256NumberBytes, kEs256NumberBytes, nullptr));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // the pair's now
  (void)s.release();
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &end);
  return der;
}

}  // namespace

struct JwtKey::PublicKey {
  OwnedKey key;
};

JwtAlgorithm jwt_algorithm(std::string_view name) {
  for (const auto algorithm : {JwtAlgorithm::Hs256, JwtAlgorithm::Rs256, JwtAlgorithm::Es256}) {
    if (name == name_of(algorithm)) return algorithm;
  }
  throw std::logic_error("no JWT algorithm: " + std::string(name));
}

std::string_view name_of(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::Hs256:
      return "HS256";
    case JwtAlgorithm::Rs256:
      return "RS256";
    case JwtAlgorithm::Es256:
      return "ES256";
  }
  return "HS256";
}

JwtKey::JwtKey(JwtAlgorithm algorithm, std::string_view text) : algorithm_(algorithm) {
  if (algorithm == JwtAlgorithm::Hs256) {
    secret_ = read_secret(text);
  } else {
    public_key_ = std::make_unique<PublicKey>(PublicKey{.key = read_public_key(algorithm, text)});
  }
}

JwtKey::~JwtKey() = default;
JwtKey::JwtKey(JwtKey&&) noexcept = default;
JwtKey& JwtKey::operator=(JwtKey&&) noexcept = default;

bool JwtKey::verifies(std::string_view signed_text, std::string_view signature) const {
  switch (algorithm_) {
    case JwtAlgorithm::Hs256:
      return verify_hmac(secret_, signed_text, signature);
    case JwtAlgorithm::Rs256:
      return verify_digest(public_key_->key.get(), signed_text, signature);
    case JwtAlgorithm::Es256: {
      const auto der = der_of(signature);
      return !der.empty() && verify_digest(public_key_->key.get(), signed_text, der);
    }
  }
  return false;
}

}  // namespace taskstream::http
