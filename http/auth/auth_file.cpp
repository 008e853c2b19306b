#include "http/auth/auth_file.hpp"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "http/auth/names.hpp"
#include "http/auth/private_file.hpp"
#include "http/json_body.hpp"

namespace taskstream::http {
namespace {

using Json = nlohmann::json;
template <class T>
using Result = boost::system::result<T, AuthFileError>;

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxIdLength = 64;
constexpr events::Instant kLatestExpiry = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

// The members of one object, each taken by its name. The first that is wrong is remembered, and what is left over is
// wrong too: a member that nobody reads may be one that was meant to restrict something.
class Members {
 public:
  Members(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) refuse("is no object");
  }

  const Json* take(const char* name, bool required = true) {
    if (!object_.is_object()) return nullptr;
    names_.insert(name);
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (required) refuse(std::string("lacks `") + name + "`");
    return nullptr;
  }
  // Empty when it is not there, or is no text.
  std::string take_text(const char* name) {
    const auto* value = take(name);
    if (value == nullptr) return {};
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
      refuse_member(name, "is no text, or an empty one");
      return {};
    }
    return value->get<std::string>();
  }
  void refuse_member(const char* name, const std::string& why) {
    refuse(std::string("has a `") + name + "` that " + why);
  }
  void refuse(const std::string& why) {
    if (complaint_.empty()) complaint_ = place_ + ' ' + why;
  }
  // Asked once everything known has been taken.
  std::string complaint() {
    if (!object_.is_object()) return complaint_;
    for (const auto& [name, value] : object_.items()) {
      if (names_.contains(name)) continue;
      refuse("has a member that is unknown here; it may have: " + boost::algorithm::join(names_, ", "));
    }
    return complaint_;
  }

 private:
  const Json& object_;
  std::string place_;
  std::set<std::string, std::less<>> names_;
  std::string complaint_;
};

void take_scopes(Members& members, Scopes& scopes) {
  const auto* list = members.take("scopes");
  if (list == nullptr) return;
  if (!list->is_array() || list->empty()) return members.refuse_member("scopes", "is no list, or an empty one");
  for (const auto& scope : *list) {
    if (!scope.is_string() || !add_scope(scopes, scope.get_ref<const std::string&>())) {
      return members.refuse_member("scopes", "names something else than tasks:read, tasks:write, users:write or admin");
    }
  }
}

void take_expiry(Members& members, std::optional<events::Instant>& expires_at) {
  const auto* value = members.take("expiresAt", false);
  if (value == nullptr) return;
  if (value->is_string()) expires_at = events::parse_instant(value->get_ref<const std::string&>());
  if (!expires_at || *expires_at > kLatestExpiry) {
    members.refuse_member("expiresAt", "is no time like 2027-01-31T12:00:00Z before the year 2200");
  }
}

Result<TokenRecord> read_token(const Json& json, std::size_t index) {
  Members members(json, "the token at place " + std::to_string(index + 1));
  TokenRecord token;
  token.id = members.take_text("id");
  if (!token.id.empty() && !is_token_id(token.id)) members.refuse_member("id", "is no name of letters, digits, `-_.`");
  const auto digest = read_digest(members.take_text("sha256"));
  if (!digest) members.refuse_member("sha256", "is not 64 hexadecimal digits in lower case");
  token.sha256 = digest.value_or(Digest{});
  token.subject = members.take_text("subject");
  if (!is_subject(token.subject)) {
    members.refuse_member("subject", "is not 1 to 128 printable ASCII characters, or begins with `system:`");
  }
  const auto role = read_role(members.take_text("role"));
  if (!role) members.refuse_member("role", "is none of member, manager, admin");
  token.role = role.value_or(Role::Member);
  take_scopes(members, token.scopes);
  take_expiry(members, token.expires_at);
  const auto user_id = read_uuid(token.subject);
  if (token.role == Role::Member && !user_id) {
    members.refuse_member("subject", "is no user id (a UUID), which a member's must be");
  }
  token.subject = user_id.value_or(token.subject);
  if (auto complaint = members.complaint(); !complaint.empty()) return AuthFileError{complaint};
  return token;
}

Result<JwtSettings> read_jwt(const Json& json) {
  Members members(json, "`jwt`");
  JwtSettings jwt;
  jwt.algorithm = members.take_text("alg");
  if (jwt.algorithm != "HS256" && jwt.algorithm != "RS256" && jwt.algorithm != "ES256") {
    members.refuse_member("alg", "is none of HS256, RS256, ES256");
  }
  jwt.key_file = members.take_text("keyFile");
  jwt.issuer = members.take_text("iss");
  jwt.audience = members.take_text("aud");
  if (auto complaint = members.complaint(); !complaint.empty()) return AuthFileError{complaint};
  return jwt;
}

std::string check_that_they_differ(const std::vector<TokenRecord>& tokens) {
  std::set<std::string_view> ids;
  std::set<Digest> digests;
  for (const auto& token : tokens) {
    if (!ids.insert(token.id).second) return "two tokens have one `id`; give each its own";
    if (!digests.insert(token.sha256).second) return "two entries have one `sha256`; keep one of them";
  }
  return {};
}

// Without what nlohmann read last, and without names and numbers: those are pieces of the file.
std::string without_quotes(std::string complaint) {
  complaint = complaint.substr(0, complaint.find("; last read"));
  if (complaint.find('`') != std::string::npos || complaint.starts_with("The number")) {
    return "the file has a member that comes twice, is nested too deeply or holds too large a number";
  }
  constexpr std::string_view kBody = "The body";
  if (complaint.starts_with(kBody)) complaint.replace(0, kBody.size(), "the file");
  return complaint;
}

}  // namespace

bool is_token_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !text.empty() && text.size() <= kMaxIdLength && std::ranges::all_of(text, fits);
}

Result<AuthFile> parse_auth_file(std::string_view text) {
  const auto json = parse_json_object(text, kMaxDepth);
  if (!json) return AuthFileError{without_quotes(json.error().detail)};
  Members members(*json, "the file");
  AuthFile file;
  if (const auto* tokens = members.take("tokens"); tokens != nullptr) {
    if (!tokens->is_array()) members.refuse_member("tokens", "is no list");
    for (std::size_t i = 0; tokens->is_array() && i < tokens->size(); ++i) {
      auto token = read_token((*tokens)[i], i);
      if (!token) return token.error();
      file.tokens.push_back(*std::move(token));
    }
  }
  if (const auto* jwt = members.take("jwt", false); jwt != nullptr) {
    auto settings = read_jwt(*jwt);
    if (!settings) return settings.error();
    file.jwt = *std::move(settings);
  }
  if (auto complaint = members.complaint(); !complaint.empty()) return AuthFileError{complaint};
  if (auto complaint = check_that_they_differ(file.tokens); !complaint.empty()) return AuthFileError{complaint};
  return file;
}

std::string to_text(const AuthFile& file) {
  auto tokens = nlohmann::ordered_json::array();
  for (const auto& token : file.tokens) {
    nlohmann::ordered_json entry{{"id", token.id},
                                 {"sha256", events::to_hex(token.sha256)},
                                 {"subject", token.subject},
                                 {"role", name_of(token.role)},
                                 {"scopes", names_of(token.scopes)}};
    if (token.expires_at) entry["expiresAt"] = events::format_instant(*token.expires_at);
    tokens.push_back(std::move(entry));
  }
  nlohmann::ordered_json json{{"tokens", std::move(tokens)}};
  if (file.jwt) {
    json["jwt"] = {{"alg", file.jwt->algorithm},
                   {"keyFile", file.jwt->key_file.string()},
                   {"iss", file.jwt->issuer},
                   {"aud", file.jwt->audience}};
  }
  return json.dump(2) + '\n';
}

AuthFile read_auth_file(const std::filesystem::path& path) {
  auto file = parse_auth_file(read_small_file(path, Readers::OwnerAlone));
  if (!file) throw std::runtime_error("the auth file `" + path.string() + "` cannot be used: " + file.error().reason);
  return *std::move(file);
}

}  // namespace taskstream::http
