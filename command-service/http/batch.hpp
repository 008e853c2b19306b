#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "command-service/core/request.hpp"
#include "command-service/http/batch_items.hpp"
#include "http/router.hpp"

namespace taskstream::command {

using Execute = std::function<boost::asio::awaitable<Answer>(CommandRequest)>;

// Carries out the items of one stream one after another, and those of different streams at the same time. An item that
// does not succeed, or of which nobody knows, ends its stream; the others go on.
boost::asio::awaitable<http::Outcome> carry_out(Batch batch, const CommandApi& api, Execute execute);

}  // namespace taskstream::command
