#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "http/auth/authenticator.hpp"

namespace taskstream::http {

// Has the credentials read again upon SIGHUP, and within a second when one of their files is another one. Everything
// happens on the context's thread.
class AuthWatch {
 public:
  // The authenticator outlives the watch.
  AuthWatch(boost::asio::io_context& context, Authenticator& authenticator);

 private:
  void await_signal();
  void await_change();

  Authenticator& authenticator_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
};

// nullptr where nobody has to authenticate.
std::unique_ptr<AuthWatch> watch(boost::asio::io_context& context, Authenticator* authenticator);

}  // namespace taskstream::http
