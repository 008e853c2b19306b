#pragma once

#include "tests/simulation/history.hpp"
#include "tests/simulation/truth.hpp"

namespace taskstream::simulation {

// What a command has to come to on the states that it is decided on.
struct Expected {
  std::optional<events::Event> event;     // what is to be appended
  std::optional<command::Result> answer;  // otherwise; neither where an address has to be claimed first
  bool merges = false;                    // on top of what others have changed meanwhile
};

// Where the streams stand that a command is decided on: its own, and what there is of the one beside it.
struct Stand {
  const std::vector<Version>& versions;
  std::size_t version;
  const Version* other = nullptr;
  bool follows_a_loss = false;  // versions that somebody has counted on may be missing
};

// The stream beside its own that a command is decided on: of the user who is to have a task, or of the address that a
// user wants.
std::optional<events::StreamId> other_stream(const command::CommandRequest& request);

// The order in which a client is told what is wrong, written a second time: key, sight, quarantine, existence,
// permission, version, values, rules, address. The rules themselves are the domain's, and have tests of their own.
Expected expect(const command::CommandRequest& request, const Stand& stand, events::Instant now);
command::Result expect_read(const command::CommandRequest& request, const Version& known);

// Who sees what, written a second time.
bool sees(const command::Asker& asker, const events::State& state);

// Whether a client would be told the same.
bool same(const command::Result& a, const command::Result& b);

}  // namespace taskstream::simulation
