#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/tasks: a page of the tasks that fit, in the order asked for.
boost::asio::awaitable<http::Outcome> list_tasks(Reader& reader, http::Request request);

}  // namespace taskstream::projection
