#pragma once

#include <string>
#include <string_view>

#include "events/log/log_figures.hpp"

namespace taskstream::events::kafka {

// The few of librdkafka's statistics (its STATISTICS.md) that an operator acts on: by broker and, of a consumer, by
// partition; nothing by topic or name of a host. Empty for what is no such text.
LogFigures read_statistics(const std::string& client, std::string_view json);

}  // namespace taskstream::events::kafka
