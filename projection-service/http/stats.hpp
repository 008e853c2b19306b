#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/stats: how many tasks there are, by status, priority and assignee.
boost::asio::awaitable<http::Outcome> stats(Reader& reader, http::Request request);

}  // namespace taskstream::projection
