#pragma once

#include "http/router.hpp"

namespace taskstream::http {

// GET /v1/me: who asks, and what they may.
Route me_route();

}  // namespace taskstream::http
