#include "tests/simulation/checks.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "tests/simulation/invariants.hpp"
#include "tests/simulation/judgements.hpp"
#include "tests/simulation/oracle.hpp"

namespace taskstream::simulation {
namespace {

using Violations = std::vector<std::string>;

std::string told(const Operation& operation, const std::string& what) {
  return "request " + operation.name() + " on " + operation.stream().to_string() + " " + what;
}

// What the log means to an operation. One that was answered before the log was truncated is held against what it held
// until then, one that came after it against what is left; in between, and where the answer may rest on what was known
// before, either will do.
std::vector<const Truth*> truths_for(const Operation& operation, const SimulatedLog& log) {
  const auto& truncation = log.truncation();
  if (!truncation) return {&log.truth()};
  if (operation.ended && operation.ended->step < truncation->step) return {&truncation->before};
  const bool is_after = operation.taken && operation.taken->step >= truncation->step;
  if (is_after && !is_true_for_ever(operation)) return {&log.truth()};
  return {&log.truth(), &truncation->before};
}

Judgement judge(const Operation& operation, const Truth& truth) {
  for (const Judge one : all_judges()) {
    if (auto judgement = one(operation, truth)) return judgement;
  }
  return std::nullopt;
}

// Until it finds out, an instance knows what one partition has lost beside what has come to another since: no truth
// holds both.
bool may_mix_truths(const Operation& operation, const SimulatedLog& log) {
  if (!log.truncation() || operation.reads || !other_stream(operation.request)) return false;
  return !operation.ended || operation.ended->step >= log.truncation()->step;
}

void check_operations(const World& world, Violations& violations) {
  for (const Operation& operation : world.history.operations) {
    if (operation.rests_on_a_loss || may_mix_truths(operation, world.log)) continue;
    Judgement judgement;
    for (const Truth* truth : truths_for(operation, world.log)) {
      judgement = judge(operation, *truth);
      if (!judgement) break;
    }
    if (judgement) violations.push_back(told(operation, *judgement));
  }
}

// An event is accepted once, so one success an event is one success a version.
void check_one_success_a_version(const World& world, Violations& violations) {
  std::set<events::EventId> told_of;
  for (const Operation& operation : world.history.operations) {
    const auto* succeeded = operation.answered<command::Succeeded>();
    if (succeeded == nullptr || !succeeded->event_id || succeeded->replayed) continue;
    if (!told_of.insert(*succeeded->event_id).second)
      violations.push_back(told(operation, "was told another's success"));
  }
}

// Until it lost something, if it did. After that whoever still knows what is lost may append what does not fit, and
// stops when it learns where it landed.
const Truth& whole_truth(const SimulatedLog& log) {
  return log.truncation() ? log.truncation()->before : log.truth();
}

void check_keys_are_applied_once(const World& world, Violations& violations) {
  for (const auto& [stream, versions] : whole_truth(world.log).streams()) {
    std::set<std::pair<std::string, std::string>> applied;
    for (const Version& version : versions) {
      if (!version.key || applied.emplace(version.key->actor, version.key->command_id).second) continue;
      violations.push_back(stream.to_string() + ": " + version.key->command_id + " was applied twice");
    }
  }
}

bool passes_locks(const World& world, const std::string& request) {
  const Operation& operation = world.history.operations[std::stoul(request) - 1];
  return operation.request.asker.reach == command::Reach::EveryLock;
}

// A lock binds everybody but its holder, and whoever has every lock, until it has expired by every clock; foreign
// writers do not ask. The fencing token is the version that took the lock, and is kept by whoever renews it in time.
void check_locks(const World& world, Violations& violations) {
  constexpr std::chrono::milliseconds kSkew{2'000};
  for (const auto& [stream, versions] : whole_truth(world.log).streams()) {
    for (std::size_t v = 1; v < versions.size(); ++v) {
      const auto& recorded = versions[v].recorded;
      if (!recorded || !recorded->context.correlation_id) continue;
      const auto* task = std::get_if<events::TaskState>(&versions[v - 1].after.state);
      const auto lock = task != nullptr ? task->lock : std::nullopt;
      const bool is_holders = lock && lock->holder == recorded->context.actor;
      const bool is_bound = lock && !is_holders && !passes_locks(world, *recorded->context.correlation_id);
      if (is_bound && recorded->context.time < lock->expires_at + kSkew) {
        violations.push_back(stream.to_string() + ": version " + std::to_string(v) + " passed another's lock");
      }
      const auto* taken = std::get_if<events::TaskLocked>(&recorded->event);
      const bool is_renewed = is_holders && recorded->context.time < lock->expires_at;
      const auto token = is_renewed ? lock->fencing_token : static_cast<std::int64_t>(v);
      if (taken != nullptr && taken->fencing_token != token) {
        violations.push_back(stream.to_string() + ": version " + std::to_string(v) + " has a wrong fencing token");
      }
    }
  }
}

// Each has its deadline. Only an instance that stands still may miss it, and then answers as soon as it goes on.
void check_every_request_is_answered_in_time(const World& world, const Faults& faults, Violations& violations) {
  constexpr std::chrono::milliseconds kBetweenTicks{101};
  for (const Operation& operation : world.history.operations) {
    if (!operation.ended) violations.push_back(told(operation, "was never answered"));
    if (!operation.answer || faults.stall > Time(0)) continue;
    // Both ends of the waiting are looked at when a tick comes.
    const Time wait = operation.waits_for_tokens ? operation.request.wait + kBetweenTicks : Time(0);
    const Time due = operation.taken->time + wait + operation.request.timeout + kBetweenTicks;
    if (operation.ended->time > due) violations.push_back(told(operation, "was answered too late"));
  }
}

// That the first request with a key still runs is said only while it does.
void check_what_still_runs(const World& world, Violations& violations) {
  const auto& all = world.history.operations;
  for (const Operation& operation : all) {
    if (operation.answered<command::StillRunning>() == nullptr) continue;
    const bool does = std::ranges::any_of(all, [&operation](const Operation& other) {
      return other.ticket != operation.ticket && other.site == operation.site && other.stream() == operation.stream() &&
             other.request.asker.actor == operation.request.asker.actor && other.request.key &&
             other.request.key->id == operation.request.key->id && other.taken &&
             other.taken->step <= operation.taken->step && other.ended->step >= operation.taken->step;
    });
    if (!does) violations.push_back(told(operation, "was told that its key's first request still runs"));
  }
}

void check_stops_have_a_reason(const World& world, Violations& violations) {
  const auto& truncation = world.log.truncation();
  for (const Stopped& stop : world.history.stops) {
    if (truncation && truncation->step <= stop.step) continue;
    violations.push_back("site " + std::to_string(stop.site) + " stopped without a reason: " + stop.message);
  }
}

}  // namespace

std::vector<std::string> find_violations(const World& world, const Faults& faults) {
  Violations violations = world.log.truth().contradictions();
  check_every_request_is_answered_in_time(world, faults, violations);
  check_operations(world, violations);
  check_one_success_a_version(world, violations);
  check_keys_are_applied_once(world, violations);
  check_locks(world, violations);
  check_what_still_runs(world, violations);
  // A log that has lost records may have lost a claim, and kept the user's record that it stands for.
  std::ranges::move(find_broken_promises(whole_truth(world.log)), std::back_inserter(violations));
  if (!world.log.truncation()) {
    std::ranges::move(find_open_duties(world.log.truth()), std::back_inserter(violations));
  }
  check_stops_have_a_reason(world, violations);
  return violations;
}

}  // namespace taskstream::simulation
