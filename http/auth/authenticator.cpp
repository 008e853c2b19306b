#include "http/auth/authenticator.hpp"

#include <spdlog/spdlog.h>

#include "http/auth/names.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::string_view kScheme = "Bearer";
constexpr std::string_view kChallenge = "Bearer realm=\"taskstream\"";

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// What stands behind `Bearer`; empty when the field is of another scheme.
std::string_view token_in(std::string_view field) {
  const auto blank = field.find(' ');
  if (blank == std::string_view::npos || !equals_ignoring_case(field.substr(0, blank), kScheme)) return {};
  return trimmed(field.substr(blank));
}

Problem with_challenge(Problem problem, const std::string& parameters) {
  problem.headers.emplace_back("WWW-Authenticate", std::string(kChallenge) + parameters);
  return problem;
}

Problem no_token() {
  return with_challenge(
      plain_problem(Status::unauthorized, "Nobody may ask here without a token: send `Authorization: Bearer TOKEN`."),
      "");
}

Problem bad_token(const std::string& why) {
  return with_challenge(plain_problem(Status::unauthorized, why),
                        ", error=\"invalid_token\", error_description=\"" + why + '"');
}

}  // namespace

Authenticator::Authenticator(std::filesystem::path auth_file) : auth_file_(std::move(auth_file)) {
  load();
}

boost::system::result<Grant, Problem> Authenticator::authenticate(const Request& request) const {
  return authenticate(request, std::chrono::system_clock::now());
}

boost::system::result<Grant, Problem> Authenticator::authenticate(const Request& request,
                                                                  std::chrono::system_clock::time_point now) const {
  const auto [first, last] = request.fields.equal_range(Field::authorization);
  if (first == last) return no_token();
  if (std::next(first) != last) return bad_token("A request carries one Authorization field.");
  const auto token = token_in(view(first->value()));
  if (token.empty()) return bad_token("The Authorization field carries no bearer token.");
  auto grant = credentials()->check(token, now);
  if (!grant) return bad_token(grant.error());
  return *std::move(grant);
}

void Authenticator::reload() {
  {
    const std::lock_guard lock(reloading_);
    try {
      load();
    } catch (const std::exception& error) {
      spdlog::error("who may ask stays as it was: {}", error.what());
      return;
    }
  }
  for (const auto& call : on_reload_) call();
}

void Authenticator::reload_if_changed() {
  {
    const std::lock_guard lock(reloading_);
    const bool is_new = mark_of(auth_file_) != seen_.auth_file ||
                        (!seen_.key_path.empty() && mark_of(seen_.key_path) != seen_.key_file);
    if (!is_new) return;
  }
  reload();
}

// Each file is marked before it is read: one that changes meanwhile is another one at the next look.
void Authenticator::load() {
  seen_.auth_file = mark_of(auth_file_);
  auto file = read_auth_file(auth_file_);
  seen_.key_path = file.jwt ? key_file_of(auth_file_, *file.jwt) : std::filesystem::path();
  seen_.key_file = file.jwt ? mark_of(seen_.key_path) : std::nullopt;
  auto fresh = std::make_shared<const Credentials>(Credentials::of(std::move(file), auth_file_));
  spdlog::info("who may ask is read: {} tokens{}", fresh->tokens(), fresh->takes_jwt() ? ", and JWT" : "");
  {
    const std::lock_guard lock(mutex_);
    credentials_ = std::move(fresh);
  }
  ++generation_;
}

std::shared_ptr<const Credentials> Authenticator::credentials() const {
  const std::lock_guard lock(mutex_);
  return credentials_;
}

std::unique_ptr<Authenticator> open_authenticator(const std::string& auth_file) {
  return auth_file.empty() ? nullptr : std::make_unique<Authenticator>(auth_file);
}

std::optional<Problem> check_access(const Principal& principal, Access access) {
  if (principal.may(access)) return std::nullopt;
  const std::string scope(scope_for(access));
  const bool lacks_role = access == Access::UsersWrite && principal.scopes.users_write;
  return with_challenge(
      plain_problem(Status::forbidden, lacks_role ? "Only a manager or an admin may do this."
                                                  : "This asks for a token with the scope `" + scope + "`."),
      ", error=\"insufficient_scope\", scope=\"" + scope + '"');
}

}  // namespace taskstream::http
