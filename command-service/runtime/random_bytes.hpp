#pragma once

#include "events/contract/ids.hpp"

namespace taskstream::command {

// Sixteen bytes from the operating system's generator.
events::Uuid::Bytes random_bytes();

}  // namespace taskstream::command
