#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/tasks/{id}: the task as it is, 304 when the client has it, 410 once it is deleted.
boost::asio::awaitable<http::Outcome> get_task(Reader& reader, http::Request request);

}  // namespace taskstream::projection
