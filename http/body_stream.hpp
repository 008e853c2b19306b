#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "http/message.hpp"

namespace taskstream::http {

// Where a handler writes the body of an answer that goes on for as long as it likes. Belongs to the thread of the
// connection.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // Sends the bytes, which outlive the await. False once there is nobody to send to: the client has hung up, takes the
  // bytes too slowly, or was cut off.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  // Whether to come to an end: the client has hung up, or the server drains.
  virtual bool should_end() const = 0;
  // Whether the client was cut off because it took what was written too slowly.
  virtual bool was_too_slow() const { return false; }
  // Calls `wake` when that begins. At most one is remembered; an empty one forgets it.
  virtual void on_end(std::function<void()> wake) = 0;
};

// An answer whose body is written piece by piece: chunked on HTTP/1.1, until the connection closes on 1.0. The
// connection ends with it, and so does the body when it throws. For HEAD, `body` is never called.
struct StreamedResponse {
  Status status = Status::ok;
  Fields fields;
  std::function<boost::asio::awaitable<void>(BodyStream&)> body;
};

}  // namespace taskstream::http
