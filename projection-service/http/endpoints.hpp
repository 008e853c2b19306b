#pragma once

#include <vector>

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// The API's index, for one worker. The reader outlives the routes.
std::vector<http::Route> endpoints(Reader& reader);

}  // namespace taskstream::projection
