#include "http/auth/names.hpp"

#include <algorithm>
#include <array>

#include "events/contract/ids.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::size_t kMaxSubjectLength = 128;

struct NamedScope {
  std::string_view name;
  bool Scopes::* scope;
};
constexpr std::array<NamedScope, 4> kScopes{{{"tasks:read", &Scopes::tasks_read},
                                             {"tasks:write", &Scopes::tasks_write},
                                             {"users:write", &Scopes::users_write},
                                             {"admin", &Scopes::admin}}};

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::Member:
      return "member";
    case Role::Manager:
      return "manager";
    case Role::Admin:
      return "admin";
  }
  return "member";
}

std::optional<Role> read_role(std::string_view name) {
  for (const Role role : {Role::Member, Role::Manager, Role::Admin}) {
    if (name == name_of(role)) return role;
  }
  return std::nullopt;
}

std::vector<std::string_view> names_of(const Scopes& scopes) {
  std::vector<std::string_view> names;
  for (const auto& [name, scope] : kScopes) {
    if (scopes.*scope) names.push_back(name);
  }
  return names;
}

bool add_scope(Scopes& scopes, std::string_view name) {
  const auto found = std::ranges::find(kScopes, name, &NamedScope::name);
  if (found == kScopes.end()) return false;
  scopes.*(found->scope) = true;
  return true;
}

std::string_view scope_for(Access access) {
  switch (access) {
    case Access::Admin:
      return "admin";
    case Access::UsersWrite:
      return "users:write";
    case Access::TasksWrite:
      return "tasks:write";
    case Access::TasksRead:
      return "tasks:read";
    case Access::Public:
      return {};
  }
  return "admin";
}

std::optional<std::string> read_uuid(std::string_view text) {
  const auto uuid = events::Uuid::parse(text);
  return uuid ? std::optional(uuid->to_string()) : std::nullopt;
}

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSubjectLength && is_printable(text) && !text.starts_with("system:");
}

}  // namespace taskstream::http
