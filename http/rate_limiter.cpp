#include "http/rate_limiter.hpp"

#include <algorithm>

namespace taskstream::http {
namespace {

std::chrono::seconds rounded_up(RateLimiter::Clock::duration time) {
  return std::chrono::ceil<std::chrono::seconds>(time);
}

}  // namespace

RateLimiter::RateLimiter(std::uint32_t per_second, std::size_t max_remembered)
    : per_second_(per_second),
      per_request_(Clock::duration(std::chrono::seconds(1)) / per_second),
      max_remembered_(max_remembered) {}

// A bucket is the time at which it will be full again: it needs no refilling.
RateLimiter::Verdict RateLimiter::take(std::string_view principal, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto& bucket = bucket_of(principal, now);
  const auto capacity = per_request_ * per_second_;
  // Requests of two threads come here in any order: `now` may lie before another's.
  const auto missing = std::clamp(bucket.full_at - now, Clock::duration::zero(), capacity);
  Verdict verdict{.is_allowed = missing + per_request_ <= capacity, .limit = per_second_};
  if (verdict.is_allowed) bucket.full_at = std::max(bucket.full_at, now) + per_request_;
  const auto missing_now = verdict.is_allowed ? missing + per_request_ : missing;
  verdict.remaining = static_cast<std::uint32_t>((capacity - missing_now) / per_request_);
  verdict.full_in = rounded_up(missing_now);
  if (!verdict.is_allowed) verdict.retry_after = rounded_up(missing + per_request_ - capacity);
  return verdict;
}

RateLimiter::Bucket& RateLimiter::bucket_of(std::string_view principal, Clock::time_point now) {
  if (const auto known = by_principal_.find(principal); known != by_principal_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
    return buckets_.front();
  }
  if (buckets_.size() >= max_remembered_) {
    by_principal_.erase(buckets_.back().principal);
    buckets_.pop_back();
  }
  buckets_.push_front({.principal = std::string(principal), .full_at = now});
  by_principal_.emplace(buckets_.front().principal, buckets_.begin());
  return buckets_.front();
}

std::size_t RateLimiter::remembered() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

Problem rate_limited(const RateLimiter::Verdict& verdict) {
  return {.status = Status::too_many_requests,
          .code = "RATE_LIMITED",
          .detail = "More than " + std::to_string(verdict.limit) +
                    " requests came from you within a second; nothing happened. Ask again after `Retry-After` seconds.",
          .headers = {{"Retry-After", std::to_string(verdict.retry_after.count())}}};
}

void append_rate_fields(std::string& head, const RateLimiter::Verdict& verdict) {
  head.append("RateLimit-Policy: \"principal\";q=").append(std::to_string(verdict.limit)).append(";w=1\r\n");
  head.append("RateLimit: \"principal\";r=").append(std::to_string(verdict.remaining));
  head.append(";t=").append(std::to_string(verdict.full_in.count())).append("\r\n");
}

}  // namespace taskstream::http
