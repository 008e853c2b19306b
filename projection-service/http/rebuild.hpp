#pragma once

#include <nlohmann/json.hpp>

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// POST /v1/projection/rebuild: 202 when one begins, 409 while one is under way. How far it is, GET /v1/projection says.
boost::asio::awaitable<http::Outcome> request_rebuild(Reader& reader, http::Request request);

nlohmann::ordered_json rebuild_json(const RebuildDesk::Progress& progress);

}  // namespace taskstream::projection
