#include "http/shutdown.hpp"

#include <csignal>

namespace taskstream::http {

ShutdownSignals::ShutdownSignals(boost::asio::io_context& context, std::function<void()> stop)
    : signals_(context, SIGTERM, SIGINT), stop_(std::move(stop)) {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    signals_.clear();
    stop_();
  });
}

}  // namespace taskstream::http
