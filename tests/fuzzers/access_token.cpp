#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "events/contract/base64.hpp"
#include "http/auth/authenticator.hpp"
#include "http/auth/jwt.hpp"
#include "http/auth/private_file.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// What stands behind `Authorization`: whoever is let in has shown the very token that was made, or a JWT that another
// look at its claims lets in as well; whoever is not learns nothing of what they sent.
namespace taskstream::http {
namespace {

using fuzzing::claim;
using nlohmann::json;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef-of-the-fuzzer";
constexpr std::string_view kOpaque = "opaque-token-of-the-fuzzer";
constexpr std::string_view kMark = "Zq7Zq7";
const system_clock::time_point kNow{seconds(1'800'000'000)};

std::string hmac(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), kKey.data(), static_cast<int>(kKey.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

Digest digest_of_opaque() {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(kOpaque.data()), kOpaque.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

JwtRules rules() {
  return {.key = JwtKey(JwtAlgorithm::Hs256, kKey), .issuer = "the-issuer", .audience = "taskstream"};
}

// ---- another look at a token

bool listed(const json& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [&](const json& item) { return item == name; });
}

void check_claims(const json& claims, const Principal& principal) {
  claim(claims.is_object() && claims.value("iss", json()) == "the-issuer", "a token is of the issuer");
  const json aud = claims.value("aud", json());
  claim(aud == "taskstream" || (aud.is_array() && listed(aud, "taskstream")), "a token is for this audience");
  claim(claims.contains("exp") && claims["exp"].is_number() && claims["exp"].get<double>() > 1'800'000'000. - 30.001,
        "a token has not expired");
  claim(claims.contains("nbf") && claims["nbf"].is_number() && claims["nbf"].get<double>() < 1'800'000'000. + 30.001,
        "a token has begun");
  const json roles = claims.value("roles", json::array());
  claim(principal.role != Role::Admin || listed(roles, "admin"), "an admin's token says so");
  claim(principal.role != Role::Manager || (listed(roles, "manager") && !listed(roles, "admin")), "a manager's too");
  std::string scope = " " + claims.value("scope", json("")).get<std::string>() + " ";
  std::ranges::replace(scope, '\t', ' ');
  const auto says = [&](std::string_view name) {
    return scope.find(" " + std::string(name) + " ") != std::string::npos;
  };
  claim((!principal.scopes.tasks_read || says("tasks:read")) &&
            (!principal.scopes.tasks_write || says("tasks:write")) &&
            (!principal.scopes.users_write || says("users:write")) && (!principal.scopes.admin || says("admin")),
        "no scope is given that the token does not name");
  claim(claims.contains("sub") && claims["sub"].is_string() && !principal.actor.starts_with("system:"),
        "a subject is a name, and none of the services' own");
}

void check_jwt_grant(std::string_view token, const GrantResult& grant) {
  if (!grant) {
    claim(!grant.error().empty() && (token.size() < 40 || grant.error().find(token.substr(0, 40)) == std::string::npos),
          "a refusal says why, and quotes nothing");
    return;
  }
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  claim(first != second && second != token.npos, "a token has three parts");
  const auto header = events::from_base64url(token.substr(0, first));
  claim(header && json::parse(*header).value("alg", json()) == "HS256", "the algorithm is the key's");
  claim(events::from_base64url(token.substr(second + 1)) == hmac(token.substr(0, second)),
        "a token is signed by the key");
  check_claims(json::parse(*events::from_base64url(token.substr(first + 1, second - first - 1))), grant->principal);
}

// ---- what is sent

void check_sent(std::string_view token) {
  static const JwtRules jwt = rules();
  check_jwt_grant(token, check_jwt(token, jwt, kNow));
}

// The two texts as a JWT that only one who has the key can make, and the same with one letter of it changed.
void check_signed(fuzzing::Input& input) {
  const std::size_t place = input.number();
  const std::string header(input.line());
  std::string token = events::to_base64url(header) + "." + events::to_base64url(input.rest());
  token += "." + events::to_base64url(hmac(token));
  check_sent(token);
  char& letter = token[place % token.size()];
  letter = letter == 'A' ? 'B' : 'A';
  static const JwtRules jwt = rules();
  claim(!check_jwt(token, jwt, kNow), "a token of which a letter was changed is not taken");
}

// Through a file, as services have it.
const Authenticator& authenticator() {
  static const auto made = [] {
    const auto path = std::filesystem::temp_directory_path() / ("taskstream-fuzz-auth-" + std::to_string(getpid()));
    AuthFile file;
    file.tokens.push_back({.id = "one", .sha256 = digest_of_opaque(), .subject = "ann", .role = Role::Manager});
    file.tokens.back().scopes.tasks_read = true;
    replace_private_file(path, to_text(file));
    auto authenticator = std::make_unique<Authenticator>(path);
    std::filesystem::remove(path);
    return authenticator;
  }();
  return *made;
}

auto answer_to(std::string_view value) {
  Request request;
  request.fields.insert(Field::authorization, {value.data(), value.size()});
  return authenticator().authenticate(request, kNow);
}

void check_field(std::string_view value) {
  value = value.substr(0, value.find_last_not_of(" \t") + 1);  // as the request guard hands it on
  if (value.size() > 8192) return;
  const auto grant = answer_to(value);
  std::string scheme(value.substr(0, std::min<std::size_t>(7, value.size())));
  std::ranges::transform(scheme, scheme.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (grant) {
    claim(scheme == "bearer " && value.ends_with(kOpaque) &&
              value.find_first_not_of(" \t", 7) == value.size() - kOpaque.size(),
          "only the token that was made lets in");
    claim(grant->principal.actor == "ann" && grant->principal.role == Role::Manager, "it lets in whom it was made for");
  } else {
    claim(grant.error().status == Status::unauthorized && !grant.error().headers.empty(),
          "who is not known gets a 401");
    // The words of a refusal may be what was sent; the mark is in none of them.
    const auto marked = answer_to(std::string(value).append(kMark));
    claim(!marked && marked.error().detail.find(kMark) == std::string::npos,
          "a refusal quotes nothing of what was sent");
  }
}

}  // namespace
}  // namespace taskstream::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::http;
  fuzzing::Input input(data, size);
  switch (input.byte()) {
    case 's':
      check_signed(input);
      break;
    case 'f':
      check_field(input.rest());
      break;
    default:
      check_sent(input.rest());
  }
  return 0;
}
