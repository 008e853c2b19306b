#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/users: a page of the users that fit, by name.
boost::asio::awaitable<http::Outcome> list_users(Reader& reader, http::Request request);

}  // namespace taskstream::projection
