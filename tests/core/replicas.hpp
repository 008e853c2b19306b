#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "command-service/core/replica.hpp"
#include "command-service/state/memory_state_store.hpp"

// Replicas on one log in memory, driven by hand: every effect waits until the test carries it out.

namespace taskstream::command {

using namespace std::chrono_literals;
using events::AppendOutcome;
using events::LogRecord;
using events::Offset;
using events::StreamVersion;

inline const events::TaskId kTask = *events::TaskId::parse("0192f0c1-2b6e-7c3d-8a4f-5e6d7c8b9a01");
// Whom no rule about whose task it is holds up.
inline Asker anybody(std::string actor) {
  return {.actor = std::move(actor), .reach = Reach::EveryTask};
}
inline constexpr std::chrono::milliseconds kTimeout = 5s;
inline constexpr std::chrono::milliseconds kWait = 2s;

// One partition in memory. Replicas read it when the test says so.
struct TestLog {
  std::vector<LogRecord> records;

  Offset append(events::Record record) {
    const auto offset = static_cast<Offset>(records.size());
    records.push_back({.position = {.partition = 0, .offset = offset}, .log_time = {}, .record = std::move(record)});
    return offset;
  }
  events::PositionVector end() const { return events::PositionVector({static_cast<Offset>(records.size())}); }
};

// A replica on the log, whose every effect waits until the test carries it out.
class Instance {
 public:
  Instance(TestLog& log, std::uint8_t seed)
      : log_(log),
        replica_({.partitions = 1,
                  .source = "/taskstream/command-service/" + std::to_string(seed),
                  .attempts = 3,
                  .ahead_of_tail_at_most = 4,
                  .waiters_at_most = 4,
                  .random =
                      [seed, n = std::uint8_t{0}]() mutable {
                        events::Uuid::Bytes bytes{};
                        bytes.fill(seed);
                        bytes[15] = n++;
                        return bytes;
                      }},
                 store_) {
    replica_.on_tick(now_);
    collect();
    answer_end();
    read_all();
  }

  Ticket send(TaskCommand command, Expectation expectation = {}, std::optional<RequestKey> key = {},
              events::PositionVector at_least = {}) {
    return send(CommandRequest{.stream = events::StreamId::of(kTask),
                               .command = std::move(command),
                               .expectation = std::move(expectation),
                               .asker = anybody("ann"),
                               .key = std::move(key),
                               .at_least = std::move(at_least)});
  }
  Ticket send(CommandRequest request) {
    const Ticket ticket = ++last_ticket_;
    request.correlation_id = "request-" + std::to_string(ticket);
    request.wait = kWait;
    request.timeout = kTimeout;
    replica_.on_command(ticket, std::move(request), now_);
    collect();
    return ticket;
  }

  Ticket read(Asker asker = anybody("ann"), events::PositionVector at_least = {}) {
    const Ticket ticket = ++last_ticket_;
    replica_.on_read(ticket,
                     {.stream = events::StreamId::of(kTask),
                      .asker = std::move(asker),
                      .at_least = std::move(at_least),
                      .wait = kWait,
                      .timeout = kTimeout},
                     now_);
    collect();
    return ticket;
  }

  // ---- what the log does
  Append take_append() {
    EXPECT_FALSE(appends_.empty()) << "nothing was appended";
    if (appends_.empty()) std::abort();
    Append append = std::move(appends_.front());
    appends_.pop_front();
    return append;
  }
  void report(const Append& append, AppendOutcome outcome) {
    replica_.on_append_outcome(append.id, std::move(outcome), now_);
    collect();
  }
  void report_appended(const Append& append, Offset offset) {
    report(append, {.status = AppendOutcome::Status::Appended, .position = events::Position{0, offset}});
  }
  void read_all() {
    const std::vector<LogRecord> rest(log_.records.begin() + read_, log_.records.end());
    read_ = static_cast<Offset>(log_.records.size());
    replica_.on_records(rest, now_);
    collect();
  }
  bool asks_end() const { return ends_asked_ > 0; }
  void answer_end() { answer_end(log_.end()); }
  void answer_end(const events::PositionVector& end) {
    ASSERT_GT(ends_asked_, 0) << "nobody asked for the end of the log";
    --ends_asked_;
    replica_.on_end_of_log(0, end, now_);
    collect();
  }
  void let_pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall += time;
    replica_.on_tick(now_);
    collect();
  }
  void set_reachable(bool reachable) { replica_.on_reachable(reachable); }
  bool appends_something() const { return !appends_.empty(); }

  // ---- what it answered
  const Result* answer(Ticket ticket) const {
    const auto found = answers_.find(ticket);
    return found != answers_.end() ? &found->second.result : nullptr;
  }
  const events::PositionVector& fold_of(Ticket ticket) const { return answers_.at(ticket).fold; }
  void drain() {
    replica_.on_draining();
    collect();
  }
  void damage() {
    replica_.on_damage("made anew");
    collect();
  }
  template <class R>
  const R* answer_as(Ticket ticket) const {
    const Result* result = answer(ticket);
    return result != nullptr ? std::get_if<R>(result) : nullptr;
  }
  template <class R>
  bool refused_as(Ticket ticket) const {
    const auto* rejection = answer_as<Rejection>(ticket);
    return rejection != nullptr && std::holds_alternative<R>(*rejection);
  }
  const std::optional<std::string>& stopped() const { return stopped_; }
  const Figures& figures() const { return replica_.figures(); }

  // Sends, lands and learns, as when nobody else is there.
  Ticket send_through(TaskCommand command, Expectation expectation = {}, std::optional<RequestKey> key = {}) {
    const Ticket ticket = send(std::move(command), std::move(expectation), std::move(key));
    land();
    return ticket;
  }
  // What was appended first lands, and everything in the log is read.
  void land() {
    const Append append = take_append();
    report_appended(append, log_.append(append.record));
    read_all();
  }

 private:
  void collect() {
    for (Effect& effect : replica_.take_effects()) {
      if (auto* append = std::get_if<Append>(&effect)) appends_.push_back(std::move(*append));
      if (std::holds_alternative<AskEnd>(effect)) ++ends_asked_;
      if (auto* reply = std::get_if<Reply>(&effect)) {
        EXPECT_TRUE(answers_.emplace(reply->ticket, std::move(reply->answer)).second) << "answered twice";
      }
      if (auto* persist = std::get_if<Persist>(&effect)) store_.commit(persist->change);
      if (auto* stop = std::get_if<Stop>(&effect)) stopped_ = stop->message;
    }
  }

  TestLog& log_;
  Now now_{.steady = SteadyTime(1h), .wall = events::Instant(1'700'000'000s)};
  MemoryStateStore store_;
  Replica replica_;
  std::deque<Append> appends_;
  int ends_asked_ = 0;
  Offset read_ = 0;
  Ticket last_ticket_ = 0;
  std::map<Ticket, Answer> answers_;
  std::optional<std::string> stopped_;
};

class ReplicaTest : public testing::Test {
 protected:
  TestLog log;
  Instance a{log, 0xA};
  Instance b{log, 0xB};

  // Somebody else has registered these, and everybody has read so.
  void land_users(const std::vector<events::UserId>& users) {
    for (const events::UserId& user : users) {
      log.append(events::to_record({.stream = events::StreamId::of(user),
                                    .id = events::EventId(user.uuid()),
                                    .version = {1},
                                    .context = {.source = "/elsewhere", .time = {}, .actor = "eve"},
                                    .event = events::UserRegistered{"Ann", "Lee", user.to_string() + "@example.org"}}));
    }
    a.read_all();
    b.read_all();
  }
};

inline const events::TaskState& task_in(const events::State& state) {
  return std::get<events::TaskState>(state);
}

inline Expectation at_version(std::int64_t version) {
  return {.kind = Expectation::Kind::OneOf, .versions = {StreamVersion{version}}};
}
inline EditTask retitle(std::string title) {
  return {.changes = {.title = std::move(title)}};
}
inline CreateTask create() {
  return {.title = "Write the guide"};
}

}  // namespace taskstream::command
