#pragma once

#include <string>
#include <string_view>

#include "events/fold/stream_fold.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// A stream's state as its row keeps it, and read back: JSON as it is answered, where it is answered. Empty for streams
// that have no state of their own.
std::string state_text(const events::State& state, const std::optional<events::Quarantine>& quarantine);

// Throws nlohmann::json::exception or std::runtime_error when the text is not what state_text() wrote.
events::State read_state_text(std::string_view kind, std::string_view text, bool deleted);

// Whether a reader may know of the task whose row keeps this text.
bool sees(const Sight& sight, std::string_view text, bool deleted);

}  // namespace taskstream::projection
