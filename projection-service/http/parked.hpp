#pragma once

#include "http/router.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// GET /v1/parked: the records that could not be read or folded, byte for byte, in the order of partitions and offsets.
boost::asio::awaitable<http::Outcome> list_parked(Reader& reader, http::Request request);

}  // namespace taskstream::projection
