#pragma once

#include <vector>

#include "command-service/http/task_api.hpp"
#include "http/router.hpp"

namespace taskstream::command {

// The index of the API for tasks: the commands, alone and in a batch, and the strong read.
std::vector<http::Route> task_routes(const TaskApi& api);

}  // namespace taskstream::command
