#pragma once

#include <string>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"

namespace taskstream::events {

// A user as their accepted events made them.
struct UserState {
  UserId id;
  std::string first_name;
  std::string last_name;
  std::string email;
  bool active = true;
  StreamVersion version;
  Instant created_at;
  Instant updated_at;

  friend bool operator==(const UserState&, const UserState&) = default;
};

// The reservation of an e-mail address: who holds it, for which version of theirs.
struct EmailState {
  std::optional<UserId> claimed_by;
  StreamVersion user_version;

  friend bool operator==(const EmailState&, const EmailState&) = default;
};

}  // namespace taskstream::events
