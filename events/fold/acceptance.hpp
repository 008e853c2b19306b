#pragma once

#include <string>

#include "events/contract/ids.hpp"

namespace taskstream::events {

// What every reader makes of a record, met in the order of its partition.
enum class Verdict {
  Accepted,    // it makes the next version of its stream
  Superseded,  // it lost a race, or is a retry: it changes nothing
  Malformed,   // its envelope cannot be read: it changes nothing
};

// The acceptance rule. Kafka has no conditional append, so the log itself is the arbiter: an event was decided on
// exactly the state that its version names, and a matching version makes it valid by construction. The rule is for
// ever: any other verdict on an old record would fork history.
constexpr bool accepts(StreamVersion current, StreamVersion of_record) {
  return of_record == current.next();
}

std::string_view to_string(Verdict verdict);

}  // namespace taskstream::events
