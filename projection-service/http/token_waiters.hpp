#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/log/position.hpp"

namespace taskstream::projection {

// Requests that wait until the read model covers a position vector. They are woken by the commit that covers them: no
// thread and no polling for each. Thread-safe; wait() is for coroutines on contexts that one thread runs.
class TokenWaiters {
 public:
  enum class Outcome { Covered, TimedOut, Full, Closed };

  // How many at one time, and how many of them for one principal; 0 = any number.
  explicit TokenWaiters(std::size_t max_waiters, std::size_t max_of_one = 0)
      : max_waiters_(max_waiters), max_of_one_(max_of_one) {}

  // `principal` is who waits; empty = somebody who cannot be told from others, and is counted with nobody.
  boost::asio::awaitable<Outcome> wait(events::PositionVector target, std::chrono::steady_clock::time_point deadline,
                                       std::string principal = {});
  void committed(const events::PositionVector& positions);
  // Ends all waiting, now and from now on.
  void close();
  std::size_t size() const;

 private:
  struct Waiter;
  using Queue = std::multimap<events::Offset, std::shared_ptr<Waiter>>;  // by the next offset that is waited for

  // All with the mutex held. A waiter stands in the queue of the first partition that is not far enough yet.
  bool enqueue(const std::shared_ptr<Waiter>& waiter);
  void dequeue(const std::shared_ptr<Waiter>& waiter);
  void wake(const std::shared_ptr<Waiter>& waiter, Outcome outcome);
  bool is_full_for(const std::string& principal) const;

  const std::size_t max_waiters_;
  const std::size_t max_of_one_;
  mutable std::mutex mutex_;
  events::PositionVector committed_;
  std::vector<Queue> queues_;  // by partition
  std::size_t size_ = 0;
  std::unordered_map<std::string, std::size_t> of_principal_;
  bool closed_ = false;
};

}  // namespace taskstream::projection
