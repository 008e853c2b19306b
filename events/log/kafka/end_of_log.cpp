#include "events/log/kafka/end_of_log.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace taskstream::events::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// One call takes no longer, so that one sent to a leader that hangs is given up while its requests can still be
// answered.
constexpr auto kProbeAtMost = 1'000ms;
constexpr auto kRetryAfter = 20ms;
constexpr auto kProbeEvery = 200ms;
constexpr int kProbesThatDeny = 2;  // one may have been sent to the one broker that hangs

PositionVector only(const std::vector<Partition>& of, const PositionVector& ends) {
  PositionVector answer;
  for (const Partition partition : of) answer.advance(partition, ends.next(partition));
  return answer;
}

}  // namespace

EndOfLog::EndOfLog(const Cluster& cluster, Reachability& reachability)
    : reachability_(reachability),
      client_(Client::consumer(cluster, {},
                               [this](rd_kafka_resp_err_t code, const std::string&) { reachability_.suspect(code); })),
      query_(*client_),
      expirer_([this] { expire_requests(); }),
      asker_([this] { answer_requests(); }) {}

EndOfLog::~EndOfLog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  asker_.join();
  expirer_.join();
  for (Request& request : requests_) request.done(LogUnavailable{"the log was closed"});
}

void EndOfLog::ask(std::vector<Partition> of, Deadline deadline, EventLog::EndDone done) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({.of = std::move(of), .deadline = deadline, .done = std::move(done)});
  }
  changed_.notify_all();
}

void EndOfLog::answer_requests() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    // Whoever has cleared the doubt: of probes that deny, each follows upon the other.
    if (!reachability_.is_in_doubt()) failed_probes_ = 0;
    if (!requests_.empty()) {
      answer_together(lock);
    } else if (reachability_.is_in_doubt()) {
      settle_doubt(lock);
    } else {
      // Doubt is looked for, not signalled: it is raised on librdkafka's callbacks, which must not wait for this lock.
      changed_.wait_for(lock, 50ms);
    }
    lock.unlock();
    rd_kafka_poll(client_->get(), 0);
    lock.lock();
  }
}

void EndOfLog::answer_together(std::unique_lock<std::mutex>& lock) {
  std::set<Partition> of;
  Deadline latest{};
  for (Request& request : requests_) {
    request.under_way = true;
    of.insert(request.of.begin(), request.of.end());
    latest = std::max(latest, request.deadline);
  }
  lock.unlock();
  const EndsQuery::Answer answer = query_.ask(of, latest);
  if (answer.missing.size() < of.size()) {
    reachability_.confirm();
  } else if (!of.empty()) {
    reachability_.suspect();
  }
  lock.lock();

  const bool will_pass = !answer.error || answer.error->is_passing();
  std::list<Request> answered;
  for (auto it = requests_.begin(); it != requests_.end();) {
    const auto next = std::next(it);
    const bool is_settled = it->under_way && (!will_pass || answer.has_all(it->of));
    it->under_way = false;
    if (is_settled) answered.splice(answered.end(), requests_, it);
    it = next;
  }
  if (answer.error) last_reason_ = answer.error->reason;
  lock.unlock();
  for (const Request& request : answered) {
    if (answer.has_all(request.of)) {
      request.done(only(request.of, answer.ends));
    } else {
      request.done(LogUnavailable{answer.error->reason});
    }
  }
  lock.lock();
  if (!answer.error || !will_pass) return;
  changed_.wait_for(lock, kRetryAfter, [this] { return closing_; });
  if (!closing_ && reachability_.is_in_doubt()) settle_doubt(lock);
}

void EndOfLog::settle_doubt(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const auto leaders = ask_leaders(*client_, Clock::now() + kProbeAtMost);
  // An answer that the topic is gone is an answer: the cluster is there.
  const bool answered = leaders.has_value() || !leaders.error().is_passing();
  if (answered) {
    failed_probes_ = 0;
    reachability_.confirm();
  } else if (++failed_probes_ >= kProbesThatDeny) {
    reachability_.deny(leaders.error().reason);
  }
  lock.lock();
  if (!answered) changed_.wait_for(lock, kProbeEvery, [this] { return closing_ || !requests_.empty(); });
}

// The asker may be blocked in a call for longer than a request that came meanwhile may wait.
void EndOfLog::expire_requests() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const auto now = Clock::now();
    Deadline wake = now + 1h;
    std::list<Request> expired;
    for (auto it = requests_.begin(); it != requests_.end();) {
      const auto next = std::next(it);
      if (it->deadline <= now) {
        expired.splice(expired.end(), requests_, it);
      } else {
        wake = std::min(wake, it->deadline);
      }
      it = next;
    }
    if (expired.empty()) {
      changed_.wait_until(lock, wake);
      continue;
    }
    const std::string reason = last_reason_;
    lock.unlock();
    for (const Request& request : expired) request.done(LogUnavailable{reason});
    lock.lock();
  }
}

}  // namespace taskstream::events::kafka
