#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "events/fold/stream_fold.hpp"

namespace taskstream::replay {

// What one version of a stream changed.
struct Step {
  events::StreamVersion version;
  events::Instant time;  // of the version: the latest of the stream up to here
  std::string type;
  std::string actor;
  std::string event_id;
  std::string parked_because;      // empty = folded
  nlohmann::ordered_json changes;  // {field: {from, to}}
};

// The members in which two states differ, as the history of a task tells them: what is new comes from null, and nothing
// is said of what is empty before and after. Version, and who changed it last and when, are told beside.
nlohmann::ordered_json changes_between(const events::State& before, const events::State& after);

// The stream as JSON: null where it has no state (yet).
nlohmann::ordered_json json_of(const events::Stream& stream);

}  // namespace taskstream::replay
