#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "http/problem.hpp"

namespace taskstream::http {

// How many requests a second each principal may send: a token bucket that holds a second's worth, and so bears that
// many at once. What it remembers is bounded: beyond, the principal that asked longest ago is forgotten. That gives it
// a full bucket, which it would have had a second after its last request anyway. Thread-safe.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimiter(std::uint32_t per_second, std::size_t max_remembered = 10'000);

  struct Verdict {
    bool is_allowed = true;
    std::uint32_t limit = 0;              // requests a second
    std::uint32_t remaining = 0;          // requests that would be taken at once
    std::chrono::seconds full_in{0};      // until all of them would be, rounded up
    std::chrono::seconds retry_after{0};  // until one is taken again, rounded up; of a refusal
  };
  Verdict take(std::string_view principal, Clock::time_point now);
  std::size_t remembered() const;

 private:
  struct Bucket {
    std::string principal;
    Clock::time_point full_at;
  };
  using Buckets = std::list<Bucket>;  // who asked last comes first
  Bucket& bucket_of(std::string_view principal, Clock::time_point now);

  const std::uint32_t per_second_;
  const Clock::duration per_request_;  // what one request takes out of the bucket
  const std::size_t max_remembered_;
  mutable std::mutex mutex_;
  Buckets buckets_;
  // Names are the clients' to choose where nobody authenticates: a hash table could be made to degenerate.
  std::map<std::string_view, Buckets::iterator> by_principal_;
};

Problem rate_limited(const RateLimiter::Verdict& verdict);  // 429 RATE_LIMITED
// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11), as lines of a header.
void append_rate_fields(std::string& head, const RateLimiter::Verdict& verdict);

}  // namespace taskstream::http
