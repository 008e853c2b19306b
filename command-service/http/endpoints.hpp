#pragma once

#include <vector>

#include "command-service/http/command_api.hpp"
#include "http/router.hpp"

namespace taskstream::command {

// The index of the API: the commands on tasks and users, alone and in a batch, and the strong reads.
std::vector<http::Route> routes_of(const CommandApi& api);

}  // namespace taskstream::command
