#pragma once

#include <boost/system/result.hpp>

#include "events/contract/ids.hpp"
#include "http/problem.hpp"

namespace taskstream::projection {

// `{id}` of the path. The problem: it is no UUID.
boost::system::result<events::TaskId, http::Problem> read_task_id(const http::Request& request);
boost::system::result<events::UserId, http::Problem> read_user_id(const http::Request& request);

}  // namespace taskstream::projection
