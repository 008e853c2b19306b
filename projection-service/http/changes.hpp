#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/changes: a page of the tasks that changed since a place in the order of changes, and the place to go on from.
boost::asio::awaitable<http::Outcome> changes(Reader& reader, http::Request request);

}  // namespace taskstream::projection
