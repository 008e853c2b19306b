#pragma once

#include "http/principal.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// Which tasks a principal may know of: a member those that concern it, a manager and an admin all.
Sight sight_of(const http::Principal& principal);

}  // namespace taskstream::projection
