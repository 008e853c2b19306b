#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/stream: changes of the tasks that fit a filter, as Server-Sent Events, from now on or from a place in the
// order of changes.
boost::asio::awaitable<http::Outcome> stream(Reader& reader, http::Request request);

}  // namespace taskstream::projection
