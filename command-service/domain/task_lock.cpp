#include "command-service/domain/task_lock.hpp"

namespace taskstream::command {
namespace {

using events::TaskLock;

bool is_over_for_everybody(const TaskLock& lock, const DecisionContext& context) {
  return context.now >= lock.expires_at + context.max_clock_skew;
}

bool is_held_by_the_actor(const TaskLock& lock, const DecisionContext& context) {
  return lock.holder == context.asker.actor && context.now < lock.expires_at;
}

}  // namespace

std::optional<TaskIsLocked> check_lock(const events::TaskState& task, const DecisionContext& context) {
  if (!task.lock || task.lock->holder == context.asker.actor) return std::nullopt;
  if (context.asker.reach == Reach::EveryLock) return std::nullopt;
  if (is_over_for_everybody(*task.lock, context)) return std::nullopt;
  return TaskIsLocked{.holder = task.lock->holder, .expires_at = task.lock->expires_at};
}

// Whoever renews in time has held the lock without a gap, so what they fenced with its token stays good. Once it has
// expired somebody else may have acted on that, and even the same holder starts anew.
std::optional<events::Event> take_lock(const events::TaskState& task, const LockTask& command,
                                       const DecisionContext& context) {
  const bool is_renewal = task.lock && is_held_by_the_actor(*task.lock, context);
  const TaskLock wanted{.holder = context.asker.actor,
                        .since = is_renewal ? task.lock->since : context.now,
                        .expires_at = context.now + std::chrono::seconds(command.ttl_seconds),
                        .fencing_token = is_renewal ? task.lock->fencing_token : task.version.next().value};
  if (task.lock == wanted) return std::nullopt;
  return events::TaskLocked{.holder = wanted.holder,
                            .since = wanted.since,
                            .expires_at = wanted.expires_at,
                            .fencing_token = wanted.fencing_token};
}

std::optional<events::Event> release_lock(const events::TaskState& task, const DecisionContext& context) {
  if (!task.lock) return std::nullopt;
  const bool has_expired = is_over_for_everybody(*task.lock, context);
  return events::TaskUnlocked{.holder = task.lock->holder, .reason = has_expired ? "expired" : "released"};
}

}  // namespace taskstream::command
