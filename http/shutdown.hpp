#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>

namespace taskstream::http {

// Calls `stop` once, on the context's thread, upon the first SIGTERM or SIGINT. From then on both signals have their
// default meaning again, so that a second one ends a process that will not stop.
class ShutdownSignals {
 public:
  ShutdownSignals(boost::asio::io_context& context, std::function<void()> stop);

 private:
  boost::asio::signal_set signals_;
  std::function<void()> stop_;
};

}  // namespace taskstream::http
