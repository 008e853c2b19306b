#include "projection-service/http/token_waiters.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskstream::projection {

struct TokenWaiters::Waiter {
  Waiter(const boost::asio::any_io_executor& executor, std::chrono::steady_clock::time_point deadline,
         events::PositionVector what, std::string who)
      : timer(executor, deadline), target(std::move(what)), principal(std::move(who)) {}

  boost::asio::steady_timer timer;  // touched on its own context alone
  events::PositionVector target;
  std::string principal;
  events::Partition partition = 0;  // whose queue it stands in
  Outcome outcome = Outcome::TimedOut;
  bool queued = false;
};

boost::asio::awaitable<TokenWaiters::Outcome> TokenWaiters::wait(events::PositionVector target,
                                                                 std::chrono::steady_clock::time_point deadline,
                                                                 std::string principal) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(executor, deadline, std::move(target), std::move(principal));
  {
    const std::lock_guard lock(mutex_);
    if (closed_) co_return Outcome::Closed;
    if (committed_.covers(waiter->target)) co_return Outcome::Covered;
    if (is_full_for(waiter->principal)) co_return Outcome::Full;
    enqueue(waiter);
  }
  // Whoever wakes it posts to this context, so the cancellation cannot come before the wait has begun.
  co_await waiter->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  const std::lock_guard lock(mutex_);
  dequeue(waiter);
  co_return waiter->outcome;
}

void TokenWaiters::committed(const events::PositionVector& positions) {
  const std::lock_guard lock(mutex_);
  committed_.advance(positions);
  for (std::size_t p = 0; p < queues_.size(); ++p) {
    const events::Offset next = committed_.next(static_cast<events::Partition>(p));
    while (!queues_[p].empty() && queues_[p].begin()->first <= next) {
      const std::shared_ptr<Waiter> waiter = queues_[p].begin()->second;
      dequeue(waiter);
      if (!enqueue(waiter)) wake(waiter, Outcome::Covered);
    }
  }
}

void TokenWaiters::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (Queue& queue : queues_) {
    while (!queue.empty()) {
      const std::shared_ptr<Waiter> waiter = queue.begin()->second;
      dequeue(waiter);
      wake(waiter, Outcome::Closed);
    }
  }
}

std::size_t TokenWaiters::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

bool TokenWaiters::enqueue(const std::shared_ptr<Waiter>& waiter) {
  for (events::Partition p = 0; p < waiter->target.size(); ++p) {
    const events::Offset wanted = waiter->target.next(p);
    if (wanted <= committed_.next(p)) continue;
    const auto index = static_cast<std::size_t>(p);
    if (index >= queues_.size()) queues_.resize(index + 1);
    queues_[index].emplace(wanted, waiter);
    waiter->partition = p;
    waiter->queued = true;
    ++size_;
    if (!waiter->principal.empty()) ++of_principal_[waiter->principal];
    return true;
  }
  return false;
}

void TokenWaiters::dequeue(const std::shared_ptr<Waiter>& waiter) {
  if (!waiter->queued) return;
  Queue& queue = queues_[static_cast<std::size_t>(waiter->partition)];
  auto [at, end] = queue.equal_range(waiter->target.next(waiter->partition));
  while (at != end && at->second != waiter) ++at;
  if (at == end) return;
  queue.erase(at);
  waiter->queued = false;
  --size_;
  const auto of = of_principal_.find(waiter->principal);
  if (of != of_principal_.end() && --of->second == 0) of_principal_.erase(of);
}

bool TokenWaiters::is_full_for(const std::string& principal) const {
  if (max_waiters_ != 0 && size_ >= max_waiters_) return true;
  const auto of = of_principal_.find(principal);
  return max_of_one_ != 0 && of != of_principal_.end() && of->second >= max_of_one_;
}

void TokenWaiters::wake(const std::shared_ptr<Waiter>& waiter, Outcome outcome) {
  waiter->outcome = outcome;
  boost::asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
}

}  // namespace taskstream::projection
