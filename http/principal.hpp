#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace taskstream::http {

// What a route asks of whoever calls it. The strictest comes first, so that a route that says nothing is closed.
enum class Access {
  Admin,       // scope `admin`
  UsersWrite,  // scope `users:write`, and a manager or an admin
  TasksWrite,  // scope `tasks:write`
  TasksRead,   // scope `tasks:read`
  Public,      // nothing, not even a token
};

// Whose tasks a principal may see and change: its own, all, or all and other people's locks as well. Rising.
enum class Role { Member, Manager, Admin };

// What a token was made for. `admin` implies every other one, `tasks:write` implies `tasks:read`.
struct Scopes {
  bool tasks_read = false;
  bool tasks_write = false;
  bool users_write = false;
  bool admin = false;

  static constexpr Scopes all() {
    return {.tasks_read = true, .tasks_write = true, .users_write = true, .admin = true};
  }
  friend bool operator==(const Scopes&, const Scopes&) = default;
};

// Who asks. Of whom nothing is known yet may nothing.
struct Principal {
  std::string actor = "anonymous";  // the subject of the access token, or the name that was given
  Role role = Role::Member;
  Scopes scopes = {};
  bool is_authenticated = false;
  std::optional<std::chrono::system_clock::time_point> expires_at = std::nullopt;  // of the access token

  // Whoever asks where nobody has to authenticate.
  static Principal everybody() { return {.role = Role::Admin, .scopes = Scopes::all()}; }

  bool may(Access access) const;
};

}  // namespace taskstream::http
