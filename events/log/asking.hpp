#pragma once

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "events/log/event_log.hpp"

// For starting up: asks a log, and asks again, until there is an answer or the time is over.
namespace taskstream::events {

// Between two tries while the log cannot be asked.
inline constexpr std::chrono::milliseconds kAskAgain{100};

[[noreturn]] inline void give_up(const std::string& reason) {
  throw std::runtime_error("the log cannot be reached: " + reason);
}

// What the log owes by the deadline; a log that breaks its word must not hold up the process for ever.
template <class Value>
Value await(std::future<Value> answer, Deadline deadline) {
  constexpr std::chrono::seconds kGrace{5};
  if (answer.wait_until(deadline + kGrace) != std::future_status::ready) give_up("it does not answer");
  return answer.get();
}

// Asks until there is an answer or the time is over.
template <class Ask>
auto persist(Deadline deadline, Ask ask) {
  while (true) {
    auto answer = ask();
    if (answer) return *std::move(answer);
    if (std::chrono::steady_clock::now() + kAskAgain >= deadline) give_up(answer.error().reason);
    std::this_thread::sleep_for(kAskAgain);
  }
}

}  // namespace taskstream::events
