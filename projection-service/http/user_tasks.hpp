#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/users/{id}/tasks: a page of the tasks that are assigned to the user.
boost::asio::awaitable<http::Outcome> user_tasks(Reader& reader, http::Request request);

}  // namespace taskstream::projection
