#pragma once

#include <optional>

#include "events/contract/event.hpp"
#include "events/fold/evolve.hpp"

// What holds between streams cannot be decided on one of them: it holds once somebody has done what their states ask
// for. Duties are a query on the state, so whoever looks finds them, whatever died on the way and in whatever order
// partitions were read.
namespace taskstream::command {

// The user whom a state concerns: the assignee of an open task, the holder of a claim on an address.
std::optional<events::UserId> user_concerned(const events::State& state);

// A user as far as others have to know.
struct UserStanding {
  events::StreamVersion version;             // of the stream, 0 where nothing happened yet
  const events::UserState* state = nullptr;  // null where nobody is registered
};

struct Duty {
  events::Event event;
  bool is_on_user = false;  // the event is one of the user's; else of the stream whose state asks for it
};

// An open task must not stay with an inactive user; nor an address with a user who does not use it. A claim stands for
// the one user record that makes its version. Where that record is missing, its version is taken first, so that a slow
// writer who still counts on the claim loses; only then is the claim released. Pure. `id` is of the stream that has the
// state, and `user` whom the state concerns.
std::optional<Duty> find_duty(const events::StreamId& id, const events::State& state, const UserStanding& user);

}  // namespace taskstream::command
