#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/auth/auth_file.hpp"
#include "http/auth/grant.hpp"
#include "http/auth/jwt.hpp"

namespace taskstream::http {

// Which tokens are taken, as the auth file and its key file said when they were read. Never changed once made: threads
// share it.
class Credentials {
 public:
  // Without a JWT part, `jwt` is none.
  Credentials(std::vector<TokenRecord> tokens, std::optional<JwtRules> jwt);
  // Reads the key file that the auth file names. Throws std::runtime_error with what to do.
  static Credentials of(AuthFile file, const std::filesystem::path& auth_file);

  GrantResult check(std::string_view token, std::chrono::system_clock::time_point now) const;
  std::size_t tokens() const { return tokens_.size(); }
  bool takes_jwt() const { return jwt_.has_value(); }

 private:
  GrantResult check_opaque(std::string_view token, std::chrono::system_clock::time_point now) const;

  std::vector<TokenRecord> tokens_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_digest_;  // the digest's first bytes -> index of the token
  std::optional<JwtRules> jwt_;
};

// Where the key file of an auth file lies: a relative path begins in the auth file's folder.
std::filesystem::path key_file_of(const std::filesystem::path& auth_file, const JwtSettings& jwt);

}  // namespace taskstream::http
