#include "command-service/runtime/replica_driver.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "command-service/runtime/log_barrier.hpp"
#include "events/log/checkpoint.hpp"

namespace taskstream::command {
namespace {

namespace asio = boost::asio;

// How often deadlines are looked at. Also the pause before an end-of-log request that failed is made again.
constexpr std::chrono::milliseconds kTick{20};
constexpr std::chrono::milliseconds kEndOfLogTimeout{1'000};

Now now() {
  return {.steady = std::chrono::steady_clock::now(),
          .wall = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

template <class... Overloads>
struct Overloaded : Overloads... {
  using Overloads::operator()...;
};

}  // namespace

// Puts what the log says into the inbox, on the log's own thread.
class ReplicaDriver::LogFollower final : public events::Follower {
 public:
  explicit LogFollower(std::shared_ptr<Inbox> inbox) : inbox_(std::move(inbox)) {}

  void on_records(std::vector<events::LogRecord> records) override { inbox_->put(RecordsRead{std::move(records)}); }
  void on_partition_end(events::Position end) override { inbox_->put(PartitionEnded{end}); }
  void on_log_damaged(std::string message) override { inbox_->put(LogDamaged{std::move(message)}); }

 private:
  std::shared_ptr<Inbox> inbox_;
};

ReplicaDriver::ReplicaDriver(asio::io_context& context, events::EventLog& log, DriverOptions options,
                             DriverEvents events)
    : context_(context),
      log_(log),
      options_(std::move(options)),
      events_(std::move(events)),
      replica_(options_.replica),
      inbox_(std::make_shared<Inbox>(context, [this] { drain(); })),
      follower_(std::make_unique<LogFollower>(inbox_)),
      ticker_(context) {}

ReplicaDriver::~ReplicaDriver() {
  inbox_->close();
}

void ReplicaDriver::start() {
  subscription_ = log_.follow(events::Checkpoint(), *follower_);
  asio::post(context_, [this] { tick(); });
}

void ReplicaDriver::stop_following() {
  inbox_->close();
  subscription_.reset();
}

// ---- requests

template <class Hand>
asio::awaitable<Answer> ReplicaDriver::ask(Hand hand_to_replica) {
  const Ticket ticket = ++last_ticket_;
  auto initiate = [this, ticket, &hand_to_replica](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    // Posted, not called: an answer must not run a handler in the middle of the effects.
    waiters_.emplace(ticket, [this, shared](Answer answer) {
      asio::post(context_, [shared, answer = std::move(answer)]() mutable { (*shared)(std::move(answer)); });
    });
    hand_to_replica(ticket);
    carry_out_effects();
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(initiate, asio::use_awaitable);
}

asio::awaitable<Answer> ReplicaDriver::execute(CommandRequest request) {
  return ask([this, request = std::move(request)](Ticket ticket) mutable {
    replica_.on_reachable(log_.is_reachable());
    replica_.on_command(ticket, std::move(request), now());
  });
}

asio::awaitable<Answer> ReplicaDriver::read(ReadRequest request) {
  return ask([this, request = std::move(request)](Ticket ticket) mutable {
    replica_.on_reachable(log_.is_reachable());
    replica_.on_read(ticket, std::move(request), now());
  });
}

// ---- inputs

void ReplicaDriver::drain() {
  const Now moment = now();
  for (LogInput& input : inbox_->take()) take(std::move(input), moment);
  carry_out_effects();
}

void ReplicaDriver::take(LogInput input, Now moment) {
  std::visit(Overloaded{[&](RecordsRead& read) { replica_.on_records(std::move(read.records), moment); },
                        [&](PartitionEnded& ended) { replica_.on_partition_end(ended.end, moment); },
                        [&](AppendSettled& settled) {
                          note_clock(settled, moment);
                          replica_.on_append_outcome(settled.id, std::move(settled.outcome), moment);
                        },
                        [&](EndLearnt& learnt) { replica_.on_end_of_log(learnt.partition, learnt.end, moment); },
                        [&](LogDamaged& damaged) { replica_.on_damage(std::move(damaged.message)); }},
             input);
}

void ReplicaDriver::tick() {
  probe_clock();
  replica_.on_reachable(log_.is_reachable());
  replica_.on_tick(now());
  carry_out_effects();
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

// The log took the record at some moment between our sending it and our hearing of it.
void ReplicaDriver::note_clock(const AppendSettled& settled, Now moment) {
  using std::chrono::milliseconds;
  if (!settled.outcome.log_time) {
    // Without an answer nothing was compared: the next tick asks again.
    if (clock_probe_ == ClockProbe::UnderWay && settled.id == events::EventId()) clock_probe_ = ClockProbe::Wanted;
    return;
  }
  clock_probe_ = ClockProbe::Done;
  const events::Instant log_time = *settled.outcome.log_time;
  std::chrono::microseconds off{0};
  if (log_time < settled.sent) off = log_time - settled.sent;
  if (log_time > moment.wall) off = log_time - moment.wall;
  const bool too_far = std::chrono::abs(off) > options_.replica.max_clock_skew;
  events_.on_clock_skew(std::chrono::duration_cast<milliseconds>(off), too_far);
}

// ---- effects

void ReplicaDriver::carry_out_effects() {
  for (auto effects = replica_.take_effects(); !effects.empty(); effects = replica_.take_effects()) {
    for (Effect& effect : effects) {
      std::visit([this](auto& one) { carry_out(std::move(one)); }, effect);
    }
  }
  if (replica_.is_caught_up() && !std::exchange(told_caught_up_, true)) events_.on_caught_up();
}

void ReplicaDriver::carry_out(Append append) {
  log_.append(append.partition, std::move(append.record),
              [inbox = inbox_, id = append.id, sent = now().wall](events::AppendOutcome outcome) {
                inbox->put(AppendSettled{.id = id, .outcome = std::move(outcome), .sent = sent});
              });
}

void ReplicaDriver::carry_out(AskEnd ask) {
  auto done = [inbox = inbox_, partition = ask.partition](events::EventLog::EndsOfPartitions end) {
    inbox->put(EndLearnt{.partition = partition, .end = std::move(end)});
  };
  if (!options_.strict_barrier) {
    log_.end_of_log({ask.partition}, std::chrono::steady_clock::now() + kEndOfLogTimeout, std::move(done));
    return;
  }
  end_of_log_by_append(log_, ask.partition,
                       barrier_record(ask.partition, options_.replica.partitions, options_.replica.source, now().wall,
                                      options_.replica.random()),
                       std::move(done));
}

void ReplicaDriver::carry_out(Reply reply) {
  const auto waiter = waiters_.extract(reply.ticket);
  if (!waiter.empty()) waiter.mapped()(std::move(reply.answer));
}

void ReplicaDriver::carry_out(Stop stop) {
  events_.on_stop(std::move(stop.message));
}

// Compares the clocks before the first command: the outcome of a barrier carries the log's time.
void ReplicaDriver::probe_clock() {
  if (clock_probe_ != ClockProbe::Wanted) return;
  clock_probe_ = ClockProbe::UnderWay;
  const events::Instant sent = now().wall;
  log_.append(0,
              barrier_record(0, options_.replica.partitions, options_.replica.source, sent, options_.replica.random()),
              [inbox = inbox_, sent](events::AppendOutcome outcome) {
                inbox->put(AppendSettled{.id = {}, .outcome = std::move(outcome), .sent = sent});
              });
}

}  // namespace taskstream::command
