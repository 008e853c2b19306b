#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/tasks/{id}/history: what happened to a task, oldest first; of deleted ones too.
boost::asio::awaitable<http::Outcome> task_history(Reader& reader, http::Request request);

}  // namespace taskstream::projection
