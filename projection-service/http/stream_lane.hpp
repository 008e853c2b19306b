#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>

namespace taskstream::projection {

// The streams of one worker that wait for news. They are woken together, at most every 20 ms, so that a busy log costs
// one write for several events. Belongs to the worker's thread, but for news().
class StreamLane : public std::enable_shared_from_this<StreamLane> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit StreamLane(const boost::asio::any_io_executor& executor) : executor_(executor), pause_(executor) {}

  // One stream's place in it.
  class Sleeper {
   public:
    explicit Sleeper(const boost::asio::any_io_executor& executor) : timer_(executor) {}
    void wake() { timer_.cancel(); }

   private:
    friend class StreamLane;
    boost::asio::steady_timer timer_;
  };
  // Until there is news, until this time, or until the sleeper is woken by itself.
  boost::asio::awaitable<void> wait(Sleeper& sleeper, Clock::time_point until);

  // From any thread.
  void news();

 private:
  void hear();
  void wake_all();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer pause_;
  Clock::time_point woken_;
  std::unordered_set<Sleeper*> sleepers_;
  std::atomic<bool> told_ = false;  // and not heard yet
};

}  // namespace taskstream::projection
