#pragma once

#include "events/log/event_log.hpp"

namespace taskstream::events {

// Where every partition ends now. Blocks; throws std::runtime_error when the log stays out of reach until the deadline.
PositionVector end_of_all(EventLog& log, Deadline deadline);

}  // namespace taskstream::events
