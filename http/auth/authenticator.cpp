#include "http/auth/authenticator.hpp"

#include <spdlog/spdlog.h>

#include "http/auth/names.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::string_view kScheme = "Bearer";
constexpr std::string_view kChallenge = "Bearer realm=\"taskstream\"";

// What stands behind `Bearer`; none when the field is of another scheme.
std::optional<std::string_view> token_in(std::string_view field) {
  const auto scheme = field.substr(0, field.find(' '));
  if (!equals_ignoring_case(scheme, kScheme)) return std::nullopt;
  return trimmed(field.substr(scheme.size()));
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
  const auto token = token_in(first->value());
  if (!token) return no_token();
  if (token->empty()) return bad_token("The Authorization field carries no bearer token.");
  auto grant = credentials()->check(*token, now);
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

std::vector<std::filesystem::path> Authenticator::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::filesystem::path> files{auth_file_};
  if (!key_file_.empty()) files.push_back(key_file_);
  return files;
}

void Authenticator::load() {
  auto file = read_auth_file(auth_file_);
  // Also of a key that cannot be used: it is looked at until it can.
  const auto key_file = file.jwt ? key_file_of(auth_file_, *file.jwt) : std::filesystem::path();
  {
    const std::lock_guard lock(mutex_);
    key_file_ = key_file;
  }
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

std::unique_ptr<FileWatch> watch(boost::asio::io_context& context, Authenticator* authenticator) {
  if (authenticator == nullptr) return nullptr;
  auto watch = std::make_unique<FileWatch>(
      context, [authenticator] { return authenticator->files(); }, [authenticator] { authenticator->reload(); });
  authenticator->reload();  // what changed between the first reading and the first look no later look would see
  return watch;
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
