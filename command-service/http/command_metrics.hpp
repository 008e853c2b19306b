#pragma once

#include "command-service/http/command_api.hpp"
#include "http/metrics_page.hpp"

namespace taskstream::command {

// What the command side counts and where it stands, as metrics. Reads what belongs to the core: call it on its thread.
// Before the log is open all that there is to say is that it is not in reach.
void write_metrics(const CommandApi& api, http::MetricsPage& page);

}  // namespace taskstream::command
