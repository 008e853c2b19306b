#pragma once

#include <exception>
#include <string>

#include "events/log/event_log.hpp"

namespace taskstream::events {

// Does `work`. When that throws, `take_back` undoes what was begun before it, and what was thrown goes on. When that
// fails too, both are told: `work`'s reason, what is left as it should not be, and why.
template <class Work, class TakeBack>
void do_or_take_back(Work work, TakeBack take_back, const std::string& what_is_left) {
  try {
    work();
  } catch (const std::exception& reason) {
    try {
      take_back();
    } catch (const std::exception& failure) {
      throw LogRefused(std::string(reason.what()) + " " + what_is_left + " (" + failure.what() + ")");
    }
    throw;
  }
}

}  // namespace taskstream::events
