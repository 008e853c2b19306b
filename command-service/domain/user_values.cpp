#include "command-service/domain/user_values.hpp"

#include "command-service/domain/limits.hpp"

namespace taskstream::command {
namespace {

void check(const RegisterUser& command, ValueCheck& values) {
  values.name("firstName", command.first_name);
  values.name("lastName", command.last_name);
  values.email(command.email);
}

void check(const EditUser& command, ValueCheck& values) {
  const events::UserChanges& changes = command.changes;
  if (changes.first_name) values.name("firstName", *changes.first_name);
  if (changes.last_name) values.name("lastName", *changes.last_name);
  if (changes.email) values.email(*changes.email);
}

void check(const DeactivateUser& command, ValueCheck& values) {
  values.reason(command.reason);
}

void check(const ReactivateUser&, ValueCheck&) {}

}  // namespace

std::optional<ValuesAreInvalid> check_values(const UserCommand& command, const DecisionContext& context) {
  ValueCheck values(context.now);
  std::visit([&](const auto& c) { check(c, values); }, command);
  return values.ok() ? std::nullopt : std::optional(values.take());
}

}  // namespace taskstream::command
