#pragma once

#include <memory>

#include "events/log/new_log.hpp"

namespace taskstream::events {

// Filled beside the place where it will lie, and renamed when it is whole.
std::unique_ptr<NewLog> begin_file_log(const FileUrl& url, const LogOptions& options, Deadline deadline);

}  // namespace taskstream::events
