#pragma once

#include <memory>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events {

// The embedded log: one SQLite file that several processes write and read at once. One partition. Appends that wait
// together are committed together, and acknowledged after the commit is on disk. Throws as open_log does.
std::unique_ptr<EventLog> open_file_log(const FileUrl& url, const LogOptions& options, Deadline deadline);

}  // namespace taskstream::events
