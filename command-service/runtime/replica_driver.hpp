#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "command-service/core/replica.hpp"
#include "command-service/runtime/inbox.hpp"
#include "command-service/runtime/state_writer.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// What the driver tells the service around it. Called on the core's thread.
struct DriverEvents {
  std::function<void()> on_caught_up;
  // Whether the log is in reach, each time that this changes. It is until something speaks against it.
  std::function<void(bool is_reachable)> on_reach;
  // How far the log's clock was off this machine's at an append, and whether that is more than the log allows.
  std::function<void(std::chrono::milliseconds skew, bool too_far)> on_clock_skew;
  // Log or state file cannot be trusted any more: the service must stop, and show the message.
  std::function<void(std::string message)> on_stop;
};

struct DriverOptions {
  ReplicaOptions replica;
  std::chrono::milliseconds command_timeout{5'000};
  bool strict_barrier = false;
};

// Carries inputs to a Replica and its effects to the log, the store and whoever waits for an answer. Everything happens
// on the one thread that runs the context; the log's own threads only fill the inbox.
class ReplicaDriver {
 public:
  ReplicaDriver(boost::asio::io_context& context, events::EventLog& log, StateStore& store, DriverOptions options,
                DriverEvents events);
  ~ReplicaDriver();

  // Follows the log from where the store is. Call once.
  void start();
  // Nobody waits for a token any more, and whoever does is answered. Call it before requests are drained.
  void let_nobody_wait();
  // Lets go of the log: no input comes after it. Blocks until the log's threads are out of here; call it from a thread
  // that does not run the context. The log can then be destroyed.
  void stop_following();
  // Saves what the store does not have yet, so that the next start need not read it again. Blocks until it is saved, or
  // the time is over; call it as the one above, after it.
  void save_all(std::chrono::milliseconds at_most);

  boost::asio::awaitable<Answer> execute(CommandRequest request);
  boost::asio::awaitable<Answer> read(ReadRequest request);

  std::chrono::milliseconds command_timeout() const { return options_.command_timeout; }

  // What the log said of what was appended. Read all of these on the core's thread.
  struct Appends {
    std::uint64_t appended = 0;
    std::uint64_t not_appended = 0;
    std::uint64_t unknown = 0;
    events::Durations durations;  // from handing over until the report, of those that were appended
  };
  const Replica& replica() const { return replica_; }
  const Appends& appends() const { return appends_; }
  std::chrono::milliseconds clock_skew() const { return clock_skew_; }
  StateWriter::Figures state_saves() const { return writer_.figures(); }
  bool is_log_reachable() const { return log_.is_reachable(); }
  events::LogFigures log_figures() const { return log_.figures(); }

 private:
  class LogFollower;
  using Answered = std::function<void(Answer)>;

  template <class Hand>
  boost::asio::awaitable<Answer> ask(Hand hand_to_replica);
  template <class Input>
  void give(Input input);
  void drain();
  void tick();
  void take(LogInput input, Now now);
  void note_clock(const AppendSettled& settled, Now now);
  void note_append(const AppendSettled& settled, Now now);
  void carry_out_effects();
  void carry_out(Append append);
  void carry_out(AskEnd ask);
  void carry_out(Reply reply);
  void carry_out(Persist persist);
  void carry_out(Stop stop);
  void note_reach();
  void probe_clock();
  void on_written(const std::optional<std::string>& damage);
  void fail(const std::string& why);

  boost::asio::io_context& context_;
  events::EventLog& log_;
  StateStore& store_;
  DriverOptions options_;
  DriverEvents events_;
  Replica replica_;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<LogFollower> follower_;
  std::unique_ptr<events::Subscription> subscription_;
  boost::asio::steady_timer ticker_;
  std::unordered_map<Ticket, Answered> asked_;
  Ticket last_ticket_ = 0;
  bool told_caught_up_ = false;
  Appends appends_;
  std::chrono::milliseconds clock_skew_{0};  // at the append before
  bool told_reachable_ = true;
  std::function<void()> on_all_saved_;
  enum class ClockProbe { Wanted, UnderWay, Done } clock_probe_ = ClockProbe::Wanted;
  StateWriter writer_;  // its thread uses what stands above
};

}  // namespace taskstream::command
