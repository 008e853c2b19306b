#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "events/log/event_log.hpp"
#include "projection-service/replay/interruption.hpp"

namespace taskstream::replay {

// Appends one record after the other without waiting for each, and never with more than a bounded number under way. One
// that is refused, or of which nobody knows, ends it: what comes after could not stand in its place.
class Appender {
 public:
  Appender(events::EventLog& log, Interruption& interruption) : log_(log), interruption_(interruption) {}
  ~Appender();

  // Both throw CannotUse where the log does not take the records, and Interrupted.
  void append(events::Record record);
  void await_all();

 private:
  void await_at_most(std::size_t under_way);

  events::EventLog& log_;
  Interruption& interruption_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t under_way_ = 0;
  std::string failure_;
};

}  // namespace taskstream::replay
