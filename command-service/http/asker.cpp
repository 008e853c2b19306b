#include "command-service/http/asker.hpp"

namespace taskstream::command {
namespace {

Reach reach_of(const http::Principal& principal) {
  switch (principal.role) {
    case http::Role::Member:
      return Reach::OwnTasks;
    case http::Role::Manager:
      return Reach::EveryTask;
    case http::Role::Admin:
      return principal.is_authenticated ? Reach::EveryLock : Reach::EveryTask;
  }
  return Reach::OwnTasks;
}

}  // namespace

Asker asker_of(const http::Principal& principal) {
  return {.actor = principal.actor, .reach = reach_of(principal)};
}

}  // namespace taskstream::command
