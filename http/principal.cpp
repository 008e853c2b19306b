#include "http/principal.hpp"

namespace taskstream::http {

bool Principal::may(Access access) const {
  switch (access) {
    case Access::Admin:
      return scopes.admin;
    case Access::UsersWrite:
      return (scopes.users_write || scopes.admin) && role != Role::Member;
    case Access::TasksWrite:
      return scopes.tasks_write || scopes.admin;
    case Access::TasksRead:
      return scopes.tasks_read || scopes.tasks_write || scopes.admin;
    case Access::Public:
      return true;
  }
  return false;
}

}  // namespace taskstream::http
