#include "command-service/domain/decide_user.hpp"

#include <cstdlib>
#include <utility>

#include "command-service/domain/user_changes.hpp"
#include "command-service/domain/user_values.hpp"

namespace taskstream::command {
namespace {

using events::Event;
using events::UserChanges;
using events::UserState;

Decision nothing_changes() {
  return std::optional<Event>();
}
Decision happened(Event event) {
  return std::optional(std::move(event));
}

// What each command does to a user who exists.
struct Change {
  const UserState& user;

  Decision operator()(const RegisterUser&) const { std::abort(); }  // the caller has asked whether the user exists

  Decision operator()(const EditUser& command) const {
    UserChanges changes = differences(user, command.changes);
    if (changes == UserChanges()) return nothing_changes();
    return happened(events::UserEdited{std::move(changes)});
  }

  Decision operator()(const DeactivateUser& command) const {
    return user.active ? happened(events::UserDeactivated{command.reason}) : nothing_changes();
  }

  Decision operator()(const ReactivateUser&) const {
    return user.active ? nothing_changes() : happened(events::UserReactivated());
  }
};

}  // namespace

Decision decide(const UserState* user, const UserCommand& command, const DecisionContext& context) {
  const auto* registration = std::get_if<RegisterUser>(&command);
  if (user == nullptr && registration == nullptr) return Rejection(UserIsMissing());
  if (auto invalid = check_values(command, context)) return Rejection(*std::move(invalid));
  if (user == nullptr) {
    return happened(events::UserRegistered{
        .first_name = registration->first_name, .last_name = registration->last_name, .email = registration->email});
  }
  return std::visit(Change{*user}, command);
}

}  // namespace taskstream::command
