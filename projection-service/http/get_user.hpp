#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/users/{id}: the user as they are, 304 when the client has it.
boost::asio::awaitable<http::Outcome> get_user(Reader& reader, http::Request request);

}  // namespace taskstream::projection
