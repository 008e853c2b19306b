#pragma once

#include <functional>
#include <map>

#include "tests/simulation/random.hpp"

namespace taskstream::simulation {

// What is going to happen, and when. One thing happens at a time: each is a step of its own, and steps are what
// "before" and "after" mean in the checks.
class Schedule {
 public:
  using Action = std::function<void()>;

  void after(Time delay, Action action) { agenda_.emplace(now_ + delay, std::move(action)); }

  // Does what is due next. False when nothing is left to happen.
  bool run_next() {
    if (agenda_.empty()) return false;
    const auto next = agenda_.extract(agenda_.begin());
    now_ = next.key();
    ++step_;
    next.mapped()();
    return true;
  }

  Time now() const { return now_; }
  std::int64_t step() const { return step_; }

 private:
  std::multimap<Time, Action> agenda_;  // equal times keep the order in which they were planned
  Time now_{0};
  std::int64_t step_ = 0;
};

}  // namespace taskstream::simulation
