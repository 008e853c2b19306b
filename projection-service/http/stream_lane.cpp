#include "projection-service/http/stream_lane.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskstream::projection {
namespace {

constexpr std::chrono::milliseconds kBetweenWrites{20};

}  // namespace

boost::asio::awaitable<void> StreamLane::wait(Sleeper& sleeper, Clock::time_point until) {
  struct Listed {
    StreamLane& lane;
    Sleeper* sleeper;
    ~Listed() { lane.sleepers_.erase(sleeper); }
  };
  sleepers_.insert(&sleeper);
  const Listed listed{.lane = *this, .sleeper = &sleeper};
  sleeper.timer_.expires_at(until);
  co_await sleeper.timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

void StreamLane::news() {
  if (told_.exchange(true)) return;
  boost::asio::post(executor_, [self = shared_from_this()] { self->hear(); });
}

void StreamLane::hear() {
  const auto next = woken_ + kBetweenWrites;
  if (Clock::now() >= next) return wake_all();
  pause_.expires_at(next);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->wake_all();
  });
}

// News that comes from here on is told again: those who are woken have looked by then.
void StreamLane::wake_all() {
  told_ = false;
  woken_ = Clock::now();
  for (Sleeper* sleeper : sleepers_) sleeper->wake();
}

}  // namespace taskstream::projection
