#pragma once

#include <chrono>

#include "http/message.hpp"

namespace taskstream::http {

struct Route;

// One answer as it was sent.
struct Answered {
  const Route* route = nullptr;  // none was found, or the request did not get as far
  Verb verb = Verb::unknown;
  Status status = Status::ok;
  std::chrono::steady_clock::duration took{0};  // since the request's header was complete
  bool is_refusal = false;                      // the request's framing was refused: no handler saw it
  bool is_stream = false;                       // it went on for as long as somebody listened
};

// Hears what a server does. Called on the threads of the workers, for every request: it must not take long.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void on_connection_opened() = 0;
  virtual void on_connection_closed() = 0;
  virtual void on_answered(const Answered& answered) = 0;
};

}  // namespace taskstream::http
