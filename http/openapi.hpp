#pragma once

#include <string>

#include "http/router.hpp"

namespace taskstream::http {

// GET /openapi.yaml with the given text.
Route openapi_route(std::string text);

}  // namespace taskstream::http
