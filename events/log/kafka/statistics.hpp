#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "events/log/log_figures.hpp"

namespace taskstream::events::kafka {

// What librdkafka's clients said of themselves last. Thread-safe.
class Statistics {
 public:
  // `client` is what the client is for, e.g. `producer`. What it says no more stays as it was, but a broker is
  // not up, until the client has reached a broker again.
  void take(const std::string& client, std::string_view json);
  LogFigures figures() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, LogFigures> of_clients_;
};

}  // namespace taskstream::events::kafka
