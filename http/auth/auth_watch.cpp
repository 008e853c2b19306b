#include "http/auth/auth_watch.hpp"

#include <csignal>

namespace taskstream::http {
namespace {

// A look is two calls of the system. A watch of the folder would notice sooner, but not on every file system.
constexpr std::chrono::seconds kBetweenLooks{1};

}  // namespace

AuthWatch::AuthWatch(boost::asio::io_context& context, Authenticator& authenticator)
    : authenticator_(authenticator), signals_(context, SIGHUP), timer_(context) {
  await_signal();
  await_change();
}

void AuthWatch::await_signal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    authenticator_.reload();
    await_signal();
  });
}

void AuthWatch::await_change() {
  timer_.expires_after(kBetweenLooks);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    authenticator_.reload_if_changed();
    await_change();
  });
}

std::unique_ptr<AuthWatch> watch(boost::asio::io_context& context, Authenticator* authenticator) {
  return authenticator == nullptr ? nullptr : std::make_unique<AuthWatch>(context, *authenticator);
}

}  // namespace taskstream::http
