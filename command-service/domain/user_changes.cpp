#include "command-service/domain/user_changes.hpp"

namespace taskstream::command {
namespace {

void keep_difference(std::optional<std::string>& wanted, const std::string& current) {
  if (wanted == current) wanted.reset();
}

using Fields = std::vector<events::Field>;

struct FieldsToChange {
  const events::UserState& user;

  Fields operator()(const RegisterUser&) const { return {}; }  // it changes no user who exists
  Fields operator()(const EditUser& c) const { return events::fields_of(differences(user, c.changes)); }
  Fields operator()(const DeactivateUser&) const { return user.active ? Fields{events::Field::Active} : Fields(); }
  Fields operator()(const ReactivateUser&) const { return user.active ? Fields() : Fields{events::Field::Active}; }
};

}  // namespace

events::UserChanges differences(const events::UserState& user, events::UserChanges wanted) {
  keep_difference(wanted.first_name, user.first_name);
  keep_difference(wanted.last_name, user.last_name);
  keep_difference(wanted.email, user.email);
  return wanted;
}

std::vector<events::Field> fields_to_change(const events::UserState& user, const UserCommand& command) {
  return std::visit(FieldsToChange{user}, command);
}

}  // namespace taskstream::command
