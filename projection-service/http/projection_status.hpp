#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/projection: how far the read model is.
boost::asio::awaitable<http::Outcome> projection_status(Reader& reader, http::Request request);

}  // namespace taskstream::projection
