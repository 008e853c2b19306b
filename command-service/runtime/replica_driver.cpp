#include "command-service/runtime/replica_driver.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <utility>

#include "command-service/runtime/log_barrier.hpp"

namespace taskstream::command {
namespace {

namespace asio = boost::asio;

// How often deadlines are looked at. Also the pause before an end-of-log request that failed is made again.
constexpr std::chrono::milliseconds kTick{20};
constexpr std::chrono::milliseconds kEndOfLogTimeout{1'000};

// Records that wait are a small part of what memory may hold.
std::size_t inbox_bytes(std::size_t memory_bytes) {
  constexpr std::size_t kMiB = 1024 * 1024;
  return std::clamp(memory_bytes / 16, kMiB, 32 * kMiB);
}

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

ReplicaDriver::ReplicaDriver(asio::io_context& context, events::EventLog& log, StateStore& store, DriverOptions options,
                             DriverEvents events)
    : context_(context),
      log_(log),
      store_(store),
      options_(std::move(options)),
      events_(std::move(events)),
      replica_(options_.replica, store),
      inbox_(std::make_shared<Inbox>(context, inbox_bytes(options_.replica.memory_bytes), [this] { drain(); })),
      follower_(std::make_unique<LogFollower>(inbox_)),
      ticker_(context),
      writer_(store, [this](std::optional<std::string> damage) {
        asio::post(context_, [this, damage = std::move(damage)] { on_written(damage); });
      }) {}

ReplicaDriver::~ReplicaDriver() {
  inbox_->close();
}

void ReplicaDriver::start() {
  subscription_ = log_.follow(store_.checkpoint(), *follower_);
  asio::post(context_, [this] { tick(); });
}

void ReplicaDriver::let_nobody_wait() {
  asio::post(context_, [this] { give([this] { replica_.on_draining(); }); });
}

void ReplicaDriver::stop_following() {
  inbox_->close();
  subscription_.reset();
}

void ReplicaDriver::save_all(std::chrono::milliseconds at_most) {
  const auto saved = std::make_shared<std::promise<void>>();
  auto is_saved = saved->get_future();
  asio::post(context_, [this, saved] {
    on_all_saved_ = [saved] { saved->set_value(); };
    give([this] { replica_.on_stopping(now()); });
  });
  if (is_saved.wait_for(at_most) == std::future_status::ready) return;
  spdlog::warn("the state file could not be brought up to date; the next start reads the rest from the log");
}

// ---- requests

template <class Hand>
asio::awaitable<Answer> ReplicaDriver::ask(Hand hand_to_replica) {
  const Ticket ticket = ++last_ticket_;
  auto initiate = [this, ticket, &hand_to_replica](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    // Posted, not called: an answer must not run a handler in the middle of the effects.
    asked_.emplace(ticket, [this, shared](Answer answer) {
      asio::post(context_, [shared, answer = std::move(answer)]() mutable { (*shared)(std::move(answer)); });
    });
    give([&] { hand_to_replica(ticket); });
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

// Every input goes this way. What the store throws ends the core: it was in the middle of something.
template <class Input>
void ReplicaDriver::give(Input input) {
  try {
    input();
  } catch (const StateDamaged& damage) {
    store_.set_aside(damage.what());
    fail(damage.what());
  } catch (const std::runtime_error& failure) {
    fail(std::string("the state file cannot be used: ") + failure.what());
  }
  carry_out_effects();
}

void ReplicaDriver::fail(const std::string& why) {
  replica_.on_damage(why + ". Nothing is lost: start the service again.");
}

// While the store does not follow, what the log says waits in the inbox, and then in the log.
void ReplicaDriver::drain() {
  if (replica_.is_full()) return;
  give([this, moment = now()] {
    for (LogInput& input : inbox_->take()) take(std::move(input), moment);
  });
}

void ReplicaDriver::on_written(const std::optional<std::string>& damage) {
  give([&] {
    if (damage) throw StateDamaged(*damage);
    replica_.on_saved(now());
  });
  drain();
}

void ReplicaDriver::take(LogInput input, Now moment) {
  std::visit(Overloaded{[&](RecordsRead& read) { replica_.on_records(std::move(read.records), moment); },
                        [&](PartitionEnded& ended) { replica_.on_partition_end(ended.end, moment); },
                        [&](AppendSettled& settled) {
                          note_clock(settled, moment);
                          note_append(settled, moment);
                          replica_.on_append_outcome(settled.id, std::move(settled.outcome), moment);
                        },
                        [&](EndLearnt& learnt) { replica_.on_end_of_log(learnt.partition, learnt.end, moment); },
                        [&](LogDamaged& damaged) {
                          replica_.on_damage(damaged.message +
                                             " If this log is right as it is, delete the state file (--state) too: it "
                                             "was made from what the log held before.");
                        }},
             input);
}

void ReplicaDriver::tick() {
  probe_clock();
  note_reach();
  give([this] { replica_.on_tick(now()); });
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void ReplicaDriver::note_reach() {
  const bool is_reachable = log_.is_reachable();
  replica_.on_reachable(is_reachable);
  if (std::exchange(told_reachable_, is_reachable) != is_reachable) events_.on_reach(is_reachable);
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
  clock_skew_ = std::chrono::duration_cast<milliseconds>(off);
  events_.on_clock_skew(clock_skew_, too_far);
}

void ReplicaDriver::note_append(const AppendSettled& settled, Now moment) {
  switch (settled.outcome.status) {
    case events::AppendOutcome::Status::Appended:
      ++appends_.appended;
      appends_.durations.note(moment.steady - settled.handed_over);
      break;
    case events::AppendOutcome::Status::NotAppended:
      ++appends_.not_appended;
      break;
    case events::AppendOutcome::Status::Unknown:
      ++appends_.unknown;
      break;
  }
}

// ---- effects

void ReplicaDriver::carry_out_effects() {
  for (auto effects = replica_.take_effects(); !effects.empty(); effects = replica_.take_effects()) {
    for (Effect& effect : effects) {
      std::visit([this](auto& one) { carry_out(std::move(one)); }, effect);
    }
  }
  if (replica_.is_caught_up() && !std::exchange(told_caught_up_, true)) events_.on_caught_up();
  if (on_all_saved_ && replica_.is_all_saved()) std::exchange(on_all_saved_, {})();
}

void ReplicaDriver::carry_out(Append append) {
  log_.append(append.partition, std::move(append.record),
              [inbox = inbox_, id = append.id, sent = now()](events::AppendOutcome outcome) {
                inbox->put(AppendSettled{
                    .id = id, .outcome = std::move(outcome), .sent = sent.wall, .handed_over = sent.steady});
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
  const auto asked = asked_.extract(reply.ticket);
  if (!asked.empty()) asked.mapped()(std::move(reply.answer));
}

void ReplicaDriver::carry_out(Persist persist) {
  writer_.save(std::move(persist.change));
}

void ReplicaDriver::carry_out(Stop stop) {
  events_.on_stop(std::move(stop.message));
}

// Compares the clocks before the first command: the outcome of a barrier carries the log's time.
void ReplicaDriver::probe_clock() {
  if (clock_probe_ != ClockProbe::Wanted) return;
  clock_probe_ = ClockProbe::UnderWay;
  const Now sent = now();
  events::Record barrier =
      barrier_record(0, options_.replica.partitions, options_.replica.source, sent.wall, options_.replica.random());
  log_.append(0, std::move(barrier), [inbox = inbox_, sent](events::AppendOutcome outcome) {
    inbox->put(AppendSettled{.id = {}, .outcome = std::move(outcome), .sent = sent.wall, .handed_over = sent.steady});
  });
}

}  // namespace taskstream::command
