#pragma once

#include "tests/simulation/history.hpp"
#include "tests/simulation/truth.hpp"

namespace taskstream::simulation {

// What a command has to come to on one version of its task.
struct Expected {
  std::optional<events::Event> event;     // what is to be appended
  std::optional<command::Result> answer;  // otherwise
  bool merges = false;                    // on top of what others have changed meanwhile
};

// The order in which a client is told what is wrong, written a second time: key, quarantine, existence, version,
// values, rules. The rules themselves are the domain's, and have tests of their own. `versions` are those of the task's
// stream.
Expected expect(const command::CommandRequest& request, const std::vector<Version>& versions, std::size_t version,
                events::Instant now);
command::Result expect_read(const std::vector<Version>& versions, std::size_t version);

// Whether a client would be told the same.
bool same(const command::Result& a, const command::Result& b);

}  // namespace taskstream::simulation
