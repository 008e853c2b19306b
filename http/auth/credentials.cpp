#include "http/auth/credentials.hpp"

#include <cstring>
#include <stdexcept>

#include "http/auth/private_file.hpp"

namespace taskstream::http {
namespace {

constexpr std::size_t kMaxTokenBytes = 8 * 1024;

std::uint64_t place_of(const Digest& digest) {
  std::uint64_t place = 0;
  std::memcpy(&place, digest.data(), sizeof place);
  return place;
}

JwtRules read_rules(const std::filesystem::path& auth_file, const JwtSettings& settings) {
  const auto algorithm = jwt_algorithm(settings.algorithm);
  const auto path = key_file_of(auth_file, settings);
  const auto text = read_small_file(path, algorithm == JwtAlgorithm::Hs256 ? Readers::OwnerAlone : Readers::Any);
  try {
    return {.key = JwtKey(algorithm, text), .issuer = settings.issuer, .audience = settings.audience};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) + "; it is `" + path.string() + "`");
  }
}

}  // namespace

std::filesystem::path key_file_of(const std::filesystem::path& auth_file, const JwtSettings& jwt) {
  return auth_file.parent_path() / jwt.key_file;
}

Credentials::Credentials(std::vector<TokenRecord> tokens, std::optional<JwtRules> jwt)
    : tokens_(std::move(tokens)), jwt_(std::move(jwt)) {
  by_digest_.reserve(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) by_digest_.emplace(place_of(tokens_[i].sha256), i);
}

Credentials Credentials::of(AuthFile file, const std::filesystem::path& auth_file) {
  std::optional<JwtRules> jwt;
  if (file.jwt) jwt = read_rules(auth_file, *file.jwt);
  return {std::move(file.tokens), std::move(jwt)};
}

// Opaque tokens have no dots.
GrantResult Credentials::check(std::string_view token, std::chrono::system_clock::time_point now) const {
  if (token.size() > kMaxTokenBytes) return std::string("The token is too long.");
  if (token.find('.') == std::string_view::npos) return check_opaque(token, now);
  if (!jwt_) return std::string("JSON Web Tokens are not taken here.");
  return check_jwt(token, *jwt_, now);
}

// The place in the table tells of a digest's beginning at most, and nothing of a token: who cannot make a token of a
// given digest learns nothing from how long this takes.
GrantResult Credentials::check_opaque(std::string_view token, std::chrono::system_clock::time_point now) const {
  const auto digest = events::sha256(token);
  const TokenRecord* found = nullptr;
  const auto [begin, end] = by_digest_.equal_range(place_of(digest));
  for (auto at = begin; at != end; ++at) {
    if (equals_in_constant_time(tokens_[at->second].sha256, digest)) found = &tokens_[at->second];
  }
  if (found == nullptr) return std::string("The token is unknown, or has been revoked.");
  if (found->expires_at && now >= *found->expires_at) return std::string("The token has expired.");
  return Grant{.principal = {.actor = found->subject,
                             .role = found->role,
                             .scopes = found->scopes,
                             .is_authenticated = true,
                             .expires_at = found->expires_at},
               .taken_until = found->expires_at};
}

}  // namespace taskstream::http
