#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace taskstream::http {

enum class JwtAlgorithm { Hs256, Rs256, Es256 };

// Throws std::logic_error for anything but HS256, RS256 and ES256.
JwtAlgorithm jwt_algorithm(std::string_view name);
std::string_view name_of(JwtAlgorithm algorithm);

// A key that verifies signatures of one algorithm (RFC 7518 §3). Never changed once made: threads share it.
class JwtKey {
 public:
  // From the text of a key file: for HS256 the secret itself, a line break at its end not counted, of 32 bytes at
  // least; else a public key in PEM, RSA of 2,048 bits at least or on the curve P-256. Throws std::runtime_error for
  // any other, a public key as an HS256 secret among them: everybody knows it.
  JwtKey(JwtAlgorithm algorithm, std::string_view text);
  ~JwtKey();
  JwtKey(JwtKey&&) noexcept;
  JwtKey& operator=(JwtKey&&) noexcept;

  JwtAlgorithm algorithm() const { return algorithm_; }
  bool verifies(std::string_view signed_text, std::string_view signature) const;

 private:
  struct PublicKey;

  JwtAlgorithm algorithm_;
  std::string secret_;                     // of HS256
  std::unique_ptr<PublicKey> public_key_;  // of the others
};

}  // namespace taskstream::http
