#pragma once

#include <optional>
#include <string>

#include "events/contract/ids.hpp"

// What can have happened to a user, and to the reservation of an e-mail address. Stored for ever, as task events are.
namespace taskstream::events {

struct UserRegistered {
  std::string first_name;
  std::string last_name;
  std::string email;

  friend bool operator==(const UserRegistered&, const UserRegistered&) = default;
};

// Only what changed is there.
struct UserChanges {
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> email;

  friend bool operator==(const UserChanges&, const UserChanges&) = default;
};

struct UserEdited {
  UserChanges changes;

  friend bool operator==(const UserEdited&, const UserEdited&) = default;
};

struct UserDeactivated {
  std::optional<std::string> reason;

  friend bool operator==(const UserDeactivated&, const UserDeactivated&) = default;
};

struct UserReactivated {
  friend bool operator==(const UserReactivated&, const UserReactivated&) = default;
};

// Takes a version of the user and changes nothing else: a slow writer that still counted on its claim then loses. Where
// that writer was to register the user, nothing is there yet, and is not then.
struct UserClaimLapsed {
  std::string email_hash;

  friend bool operator==(const UserClaimLapsed&, const UserClaimLapsed&) = default;
};

struct EmailClaimed {
  UserId user_id;
  StreamVersion user_version;

  friend bool operator==(const EmailClaimed&, const EmailClaimed&) = default;
};

struct EmailReleased {
  UserId user_id;
  StreamVersion user_version;

  friend bool operator==(const EmailReleased&, const EmailReleased&) = default;
};

}  // namespace taskstream::events
