#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/contract/instant.hpp"
#include "http/auth/digest.hpp"
#include "http/principal.hpp"

namespace taskstream::http {

// What is known of one opaque token: everything but the token.
struct TokenRecord {
  std::string id;  // for people, to revoke it by
  Digest sha256{};
  std::string subject;
  Role role = Role::Member;
  Scopes scopes{};
  std::optional<events::Instant> expires_at;

  friend bool operator==(const TokenRecord&, const TokenRecord&) = default;
};

// How the tokens of an identity provider are told from forged ones.
struct JwtSettings {
  std::string algorithm;           // HS256, RS256 or ES256
  std::filesystem::path key_file;  // relative to the auth file's folder
  std::string issuer;
  std::string audience;

  friend bool operator==(const JwtSettings&, const JwtSettings&) = default;
};

struct AuthFile {
  std::vector<TokenRecord> tokens;
  std::optional<JwtSettings> jwt;

  friend bool operator==(const AuthFile&, const AuthFile&) = default;
};

// Where an auth file is wrong and what would do. It quotes no value: somebody may have pasted a secret.
struct AuthFileError {
  std::string reason;
};

boost::system::result<AuthFile, AuthFileError> parse_auth_file(std::string_view text);
std::string to_text(const AuthFile& file);

// Throws std::runtime_error when it cannot be read, is open to others, or makes no sense.
AuthFile read_auth_file(const std::filesystem::path& path);

// Letters, digits, `-`, `_` and `.`, at most 64.
bool is_token_id(std::string_view text);

}  // namespace taskstream::http
