#include "http/auth/jwt.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "events/contract/base64.hpp"
#include "http/auth/names.hpp"
#include "http/json_body.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

using Json = nlohmann::json;
using std::chrono::system_clock;

constexpr std::size_t kMaxDepth = 16;
constexpr double kLatestSeconds = 9e9;  // in the year 2255: the clock counts little further

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header and payload with the dot between them
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

std::optional<Json> read_object(std::string_view text) {
  auto json = parse_json_object(text, kMaxDepth);
  if (!json) return std::nullopt;
  return std::optional<Json>(std::in_place, *std::move(json));
}

const std::string* text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

// RFC 7519 §2, NumericDate: seconds, which may have a fraction.
std::optional<system_clock::time_point> time_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!(seconds >= 0)) return std::nullopt;
  const std::chrono::duration<double> since_epoch(std::min(seconds, kLatestSeconds));
  return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(since_epoch));
}

bool is_for(const Json& claims, const std::string& audience) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  if (aud->is_string()) return *aud == audience;
  const auto is_text = [](const Json& name) { return name.is_string(); };
  return aud->is_array() && std::ranges::all_of(*aud, is_text) &&
         std::ranges::any_of(*aud, [&](const Json& name) { return name == audience; });
}

// Scopes of other services may stand beside ours.
bool read_scopes(const Json& claims, Scopes& scopes) {
  if (!claims.contains("scope")) return true;
  const auto* text = text_of(claims, "scope");
  if (text == nullptr) return false;
  for (const auto name : split_list(*text, ' ')) add_scope(scopes, name);
  return true;
}

// The highest counts; none that is known = member.
bool read_roles(const Json& claims, Role& role) {
  role = Role::Member;
  const auto roles = claims.find("roles");
  if (roles == claims.end()) return true;
  if (!roles->is_array()) return false;
  for (const auto& name : *roles) {
    if (!name.is_string()) return false;
    role = std::max(role, read_role(name.get_ref<const std::string&>()).value_or(Role::Member));
  }
  return true;
}

bool read_subject(const Json& claims, Principal& principal) {
  const auto* subject = text_of(claims, "sub");
  if (subject == nullptr || !is_subject(*subject)) return false;
  const auto user_id = read_uuid(*subject);
  principal.actor = user_id.value_or(*subject);
  return user_id || principal.role != Role::Member;
}

std::string check_header(std::string_view encoded, JwtAlgorithm algorithm) {
  const auto text = events::from_base64url(encoded);
  const auto header = text ? read_object(*text) : std::nullopt;
  if (!header) return "The token cannot be read.";
  const auto* alg = text_of(*header, "alg");
  if (alg == nullptr || *alg != name_of(algorithm))
    return "The token is signed by another algorithm than is taken here.";
  if (header->contains("crit")) return "The token asks for an extension that is unknown here.";
  return {};
}

}  // namespace

GrantResult check_jwt(std::string_view token, const JwtRules& rules, system_clock::time_point now) {
  const auto parts = split(token);
  if (!parts) return std::string("The token cannot be read.");
  if (auto complaint = check_header(parts->header, rules.key.algorithm()); !complaint.empty()) return complaint;
  const auto signature = events::from_base64url(parts->signature);
  if (!signature || !rules.key.verifies(parts->signed_text, *signature)) {
    return std::string("The token's signature does not fit.");
  }
  const auto payload = events::from_base64url(parts->payload);
  if (!payload) return std::string("The token cannot be read.");
  return grant_of_claims(*payload, rules, now);
}

GrantResult grant_of_claims(std::string_view payload, const JwtRules& rules, system_clock::time_point now) {
  const auto claims = read_object(payload);
  if (!claims) return std::string("The token's claims cannot be read.");
  const auto* issuer = text_of(*claims, "iss");
  if (issuer == nullptr || *issuer != rules.issuer) return std::string("The token is of another issuer.");
  if (!is_for(*claims, rules.audience)) return std::string("The token is for another audience.");
  const auto expires = time_of(*claims, "exp");
  const auto begins = time_of(*claims, "nbf");
  if (!expires || !begins) return std::string("The token lacks the time at which it begins (nbf) or ends (exp).");
  if (now >= *expires + kJwtLeeway) return std::string("The token has expired.");
  if (now < *begins - kJwtLeeway) return std::string("The token is not valid yet.");

  Grant grant{.principal = {.scopes = {}, .is_authenticated = true, .expires_at = *expires},
              .taken_until = *expires + kJwtLeeway};
  if (!read_scopes(*claims, grant.principal.scopes)) return std::string("The token's scope is no text.");
  if (!read_roles(*claims, grant.principal.role)) return std::string("The token's roles are no list of texts.");
  if (!read_subject(*claims, grant.principal)) {
    return std::string("The token's subject is no name that may stand here; a member's is its user id.");
  }
  return grant;
}

}  // namespace taskstream::http
