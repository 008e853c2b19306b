#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"

namespace taskstream::events {

// A log that is filled before anybody may use it, as an import does. Until finish() no service takes it for a log: a
// file lies under a name of its own, and a topic carries a mark for which every service refuses it. Without finish() a
// file goes with the object; a topic keeps its mark.
class NewLog {
 public:
  virtual ~NewLog() = default;

  // Goes with finish().
  virtual EventLog& log() = 0;
  // Makes it the log that its URL names. Every append has been acknowledged. Throws LogRefused where the URL has come
  // to name a log with records meanwhile, and std::runtime_error where it cannot be done.
  virtual void finish() = 0;

  // Its files under their names of now: what a process that has to end at once must take away.
  virtual std::vector<std::filesystem::path> drafts() const = 0;
  // What stays when the process ends before finish(), and how to remove it; empty = nothing.
  virtual std::string left_behind() const = 0;
};

// Throws LogRefused when the URL names a log that has records, and otherwise as open_log does. `create` counts as set.
std::unique_ptr<NewLog> begin_log(const LogUrl& url, const LogOptions& options, Deadline deadline);

}  // namespace taskstream::events
