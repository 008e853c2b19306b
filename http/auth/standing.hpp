#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "http/auth/authenticator.hpp"
#include "http/message.hpp"

namespace taskstream::http {

// Whether the token that a request was let in with still gives what it gave then: for answers that go on. Belongs to
// one thread.
class Standing {
 public:
  // Without an authenticator it holds for ever; else the authenticator outlives it.
  Standing(const Authenticator* authenticator, const Request& request);

  // False once the token has expired or was revoked, or names another principal, role or scopes than it did.
  bool holds();
  // How long it can hold at most if no credentials are read again.
  std::optional<std::chrono::milliseconds> remaining() const;

 private:
  const Authenticator* authenticator_;
  Request sent_;  // its Authorization field and its principal alone
  std::uint64_t generation_ = 0;
  std::optional<std::chrono::system_clock::time_point> taken_until_;
  bool holds_ = true;
};

}  // namespace taskstream::http
