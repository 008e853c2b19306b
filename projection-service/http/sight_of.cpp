#include "projection-service/http/sight_of.hpp"

namespace taskstream::projection {

Sight sight_of(const http::Principal& principal) {
  switch (principal.role) {
    case http::Role::Manager:
    case http::Role::Admin:
      return Sight::everything();
    case http::Role::Member:
      break;
  }
  // No token of a member has a subject that is no user id; if one had, nothing would concern it.
  return Sight::of_member(events::UserId::parse(principal.actor).value_or(events::UserId(events::Uuid())));
}

}  // namespace taskstream::projection
