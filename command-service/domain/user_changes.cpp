#include "command-service/domain/user_changes.hpp"

namespace taskstream::command {
namespace {

void keep_difference(std::optional<std::string>& wanted, const std::string& current) {
  if (wanted == current) wanted.reset();
}

}  // namespace

events::UserChanges differences(const events::UserState& user, events::UserChanges wanted) {
  keep_difference(wanted.first_name, user.first_name);
  keep_difference(wanted.last_name, user.last_name);
  keep_difference(wanted.email, user.email);
  return wanted;
}

}  // namespace taskstream::command
