#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "command-service/core/barrier.hpp"
#include "command-service/core/consider.hpp"
#include "command-service/core/end_watch.hpp"
#include "command-service/core/figures.hpp"
#include "command-service/core/fold_lag.hpp"
#include "command-service/core/policies.hpp"
#include "command-service/core/request.hpp"
#include "command-service/core/saving.hpp"
#include "command-service/core/sequencer.hpp"
#include "command-service/core/streams.hpp"
#include "command-service/core/token_waits.hpp"
#include "command-service/core/turns.hpp"
#include "events/log/event_log.hpp"

namespace taskstream::command {

// ---- effects: what the core wants done. Whoever drives it carries them out in order.

struct Append {
  events::EventId id;
  events::Partition partition;
  events::Record record;
};
struct AskEnd {
  events::Partition partition;
};
struct Reply {
  Ticket ticket;
  Answer answer;
};
// Save this. One change at a time: the next comes after on_saved().
struct Persist {
  StateChange change;
};
// The log contradicts itself. Nothing that this replica would say from now on could be trusted.
struct Stop {
  std::string message;
};
using Effect = std::variant<Append, AskEnd, Reply, Persist, Stop>;

struct ReplicaOptions {
  events::Partition partitions = 1;
  std::string source;  // ce_source of what it appends
  std::chrono::milliseconds max_clock_skew{2'000};
  int attempts = 20;                             // appends of one command that may lose before CONTENDED
  std::size_t ahead_of_tail_at_most = 65'536;    // acknowledged records of a partition that were not read back yet
  std::size_t memory_bytes = 256 * 1024 * 1024;  // for states in memory
  std::size_t waiters_at_most = 12'000;          // for their tokens, and as many strong reads; 0 = any number
  std::chrono::milliseconds save_after{300};     // since the first change, or earlier where much has changed
  std::function<events::Uuid::Bytes()> random;   // for event ids
};

// The command side of the log: folds it, decides commands on the fold, and knows the verdict on what it appended. No
// I/O and no threads: inputs in, effects out, in any interleaving. Not thread-safe.
class Replica {
 public:
  // Goes on from where the store is. The log is to be followed from the store's checkpoint.
  Replica(ReplicaOptions options, StateStore& store);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // ---- inputs
  void on_command(Ticket ticket, CommandRequest request, Now now);
  void on_read(Ticket ticket, ReadRequest request, Now now);
  void on_records(std::vector<events::LogRecord> records, Now now);
  void on_partition_end(events::Position end, Now now);
  // What became of an Append. Exactly once for each.
  void on_append_outcome(events::EventId id, events::AppendOutcome outcome, Now now);
  // The answer to an AskEnd. Exactly once for each.
  void on_end_of_log(events::Partition partition, const events::EventLog::EndsOfPartitions& end, Now now);
  // The change of the last Persist is committed.
  void on_saved(Now now);
  // No more requests come but those of clients that are here already. Nobody waits for a token from now on: whoever
  // does is told what is still true, that this is behind it and that nothing happened.
  void on_draining();
  // The end is near: whatever is unsaved is saved at once from now on.
  void on_stopping(Now now);
  // The log is not what it was. Nothing is decided or promised any more.
  void on_damage(std::string message) { stop(std::move(message)); }
  void on_reachable(bool reachable) { reachable_ = reachable; }
  // Time has passed: deadlines are looked at, and an end-of-log request that failed is made again.
  void on_tick(Now now);

  // ---- effects
  std::vector<Effect> take_effects();

  // True once the fold has reached the end that the log had after this replica started. Until then commands are
  // NotReady.
  bool is_caught_up() const { return caught_up_; }
  const events::PositionVector& fold() const { return fold_; }
  const Figures& figures() const { return figures_; }
  // How far the fold is behind the ends that the log has told.
  const FoldLag& lag() const { return lag_; }
  // Requests that wait for what their tokens name, and commands and reads that something is done for.
  std::size_t waiting_for_tokens() const { return token_waits_.size(); }
  std::size_t commands_under_way() const { return commands_.size(); }
  std::size_t reads_under_way() const { return reads_.size(); }
  // Much more waits to be saved than should. No more records should be given until on_saved().
  bool is_full() const { return saving_.is_full(); }
  // Nothing is left that will be saved.
  bool is_all_saved() const { return stopped_ || saving_.is_all_saved(); }

 private:
  // What was appended for a command and waits for its verdict.
  struct Appended {
    events::EventId id;
    events::StreamId stream;
    events::StreamVersion version;
    SteadyTime at;
    bool merges = false;  // it was decided beside changes of others that the sender had not seen
  };
  // Where the streams stood on which a command is decided.
  struct Stand {
    events::StreamVersion own;
    events::StreamVersion other;

    friend bool operator==(const Stand&, const Stand&) = default;
  };
  struct PendingCommand {
    CommandRequest request;
    SteadyTime due;
    std::optional<Stand> barrier_begun_at;  // of the latest barrier
    SteadyTime waits_since;                 // for that barrier
    bool confirmed = false;                 // the fold has reached a barrier that was begun after the request came
    int lost = 0;                           // appends whose version another event took
    std::optional<Appended> appended;
    std::optional<Appended> prepared;  // an event of another stream that was accepted on the way
  };
  struct Read {
    ReadRequest request;
    SteadyTime waits_since;  // for its barrier
  };
  // An append that the log has not reported on yet, whether or not its command still waits.
  struct Flying {
    Ticket ticket = 0;
    events::Record record;
    std::vector<events::Offset> read_at;  // where the tail met it before the report came
  };

  void take(Waiter waiter, Now now);
  void begin(Waiter waiter, Now now);
  void line_up(Ticket ticket, PendingCommand& command, Now now);
  void confirm(Ticket ticket, ReadRequest request, Now now);
  void take_turn(Ticket ticket, Now now);
  void wait_for_barrier(Ticket ticket, PendingCommand& command, Stand stand, Now now);
  void append(Ticket ticket, PendingCommand& command, Finding finding, Now now);
  void fold_step(Sequencer::Step step, events::Partition partition, Now now);
  void fold_one(const events::LogRecord& record, Now now);
  void count(const Streams::Folded& folded);
  void learn_verdict(Ticket ticket, const Streams::Folded& folded, Now now);
  void win_version(Ticket ticket, PendingCommand& command, const events::Applied& applied);
  void lose_version(Ticket ticket, PendingCommand& command);
  void stop_awaiting(Ticket ticket, PendingCommand& command);
  void do_duties(Now now);
  void on_barrier(Ticket ticket, Now now);
  void on_deadline(Ticket ticket);
  void settle(Now now);
  void finish(Ticket ticket, Result result);
  void give_up(Ticket ticket, std::string reason);
  void finish_read(Ticket ticket, Result result);
  void refuse(const Waiter& waiter, Result result);
  void answer(Ticket ticket, std::size_t command, Result result);
  void answer_read(Ticket ticket);
  void reply(Ticket ticket, Result result);
  void stop(std::string message);

  BehindToken behind_token(const Waiter& waiter) const;
  const StreamEntry* find(const std::optional<events::StreamId>& stream);
  bool is_under_way(const CommandRequest& request) const;
  events::Partition partition_of(const events::StreamId& stream) const;

  ReplicaOptions options_;
  Streams streams_;
  std::vector<Sequencer> sequencers_;
  events::PositionVector fold_;
  Saving saving_;
  Barrier barrier_;
  EndWatch end_watch_;
  bool caught_up_ = false;
  bool reachable_ = true;
  bool stopped_ = false;

  std::unordered_map<Ticket, PendingCommand> commands_;
  std::unordered_map<Ticket, Read> reads_;
  std::multimap<SteadyTime, Ticket> deadlines_;
  TokenWaits token_waits_;
  Turns turns_;
  Policies policies_;
  Ticket last_duty_;
  std::unordered_map<events::StreamId, std::vector<Ticket>> awaiting_verdict_;
  std::unordered_map<events::EventId, Flying> flying_;
  std::vector<Effect> effects_;
  Figures figures_;
  FoldLag lag_;
};

}  // namespace taskstream::command
