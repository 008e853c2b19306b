#include "command-service/core/replica.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::command {
namespace {

// The barrier that tells that the replica has caught up. Requests are numbered from 1.
constexpr Ticket kCatchUp = 0;

constexpr std::string_view kOutOfReach = "the log is out of reach";
constexpr std::string_view kStopped = "the log or the state file is damaged, and this instance is stopping";

std::vector<events::Partition> all_of(events::Partition partitions) {
  std::vector<events::Partition> all;
  for (events::Partition p = 0; p < partitions; ++p) all.push_back(p);
  return all;
}

std::int64_t unix_ms(events::Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

}  // namespace

using events::AppendOutcome;
using events::LogRecord;
using events::Verdict;

Replica::Replica(ReplicaOptions options, StateStore& store)
    : options_(std::move(options)),
      streams_(options_.partitions, store, options_.memory_bytes),
      checkpoint_(store.checkpoint()) {
  fold_ = checkpoint_.positions();
  for (events::Partition p = 0; p < options_.partitions; ++p) sequencers_.emplace_back(p, fold_.next(p));
  barrier_.begin(kCatchUp, all_of(options_.partitions));
}

// ---- inputs

void Replica::on_command(Ticket ticket, CommandRequest request, Now now) {
  if (stopped_) return reply(ticket, LogUnavailable{std::string(kStopped)});
  if (!caught_up_) return reply(ticket, NotReady());
  auto stream = events::StreamId::of(request.task_id);
  if (is_under_way(request, stream)) return reply(ticket, StillRunning());
  Command& command =
      commands_.emplace(ticket, Command{.request = std::move(request), .stream = std::move(stream)}).first->second;
  if (fold_.covers(command.request.at_least)) {
    line_up(ticket, command, now);
  } else {
    wait_for_tokens(ticket, command, now);
  }
  settle(now);
}

void Replica::on_read(Ticket ticket, ReadRequest request, Now now) {
  if (stopped_) return reply(ticket, LogUnavailable{std::string(kStopped)});
  if (!caught_up_) return reply(ticket, NotReady());
  if (!reachable_) return reply(ticket, LogUnavailable{std::string(kOutOfReach)});
  auto stream = events::StreamId::of(request.task_id);
  Read& read = reads_.emplace(ticket, Read{.request = std::move(request), .stream = std::move(stream)}).first->second;
  if (fold_.covers(read.request.at_least)) {
    confirm(ticket, read, now);
  } else {
    wait_for_tokens(ticket, read, now);
  }
  settle(now);
}

void Replica::on_records(std::vector<LogRecord> records, Now now) {
  for (LogRecord& record : records) {
    const events::Partition partition = record.position.partition;
    fold_step(sequencers_[static_cast<std::size_t>(partition)].on_tail(std::move(record)), partition);
  }
  settle(now);
}

void Replica::on_partition_end(events::Position end, Now now) {
  Sequencer& sequencer = sequencers_[static_cast<std::size_t>(end.partition)];
  fold_step(sequencer.on_partition_end(end.offset), end.partition);
  settle(now);
}

void Replica::on_append_outcome(events::EventId id, AppendOutcome outcome, Now now) {
  auto flown = flying_.extract(id);
  if (flown.empty()) return;
  const auto waiter = awaiting_verdict_.find(id);
  switch (outcome.status) {
    case AppendOutcome::Status::NotAppended:
      if (waiter != awaiting_verdict_.end()) finish(waiter->second, LogUnavailable{std::move(outcome.reason)});
      break;
    case AppendOutcome::Status::Unknown:
      break;  // only the tail can tell, or the command's deadline ends the waiting
    case AppendOutcome::Status::Appended: {
      if (!outcome.position) break;  // the tail will say where
      const events::Position at = *outcome.position;
      Sequencer& sequencer = sequencers_[static_cast<std::size_t>(at.partition)];
      const auto& read_at = flown.mapped().read_at;
      if (at.offset < sequencer.next() && std::ranges::find(read_at, at.offset) == read_at.end()) {
        stop("partition " + std::to_string(at.partition) + ", offset " + std::to_string(at.offset) +
             ": the log acknowledged event " + id.to_string() +
             " there, but something else was read at that offset. It was truncated or made anew.");
        break;
      }
      fold_step(sequencer.on_report({.position = at,
                                     .log_time = outcome.log_time.value_or(now.wall),
                                     .record = std::move(flown.mapped().record)}),
                at.partition);
      break;
    }
  }
  settle(now);
}

void Replica::on_end_of_log(events::Partition partition, const events::EventLog::EndsOfPartitions& end, Now now) {
  const auto verdict =
      end ? end_watch_.judge(partition, end->next(partition), now.steady) : EndWatch::Verdict::Doubtful;
  switch (verdict) {
    case EndWatch::Verdict::Sound:
      barrier_.on_end(partition, end->next(partition), fold_.next(partition));
      break;
    case EndWatch::Verdict::Doubtful:
      barrier_.on_failure(partition);
      break;
    case EndWatch::Verdict::Damage:
      stop("partition " + std::to_string(partition) + " ends at offset " + std::to_string(end->next(partition)) +
           ", and was read further than that: the log was truncated or made anew, and acknowledged events are gone.");
      break;
  }
  settle(now);
}

void Replica::on_tick(Now now) {
  barrier_.retry();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    const Ticket ticket = deadlines_.extract(deadlines_.begin()).mapped();
    on_deadline(ticket, now.steady);
  }
  settle(now);
}

void Replica::on_saved(Now now) {
  is_saving_ = false;
  streams_.note_saved();
  settle(now);
}

void Replica::on_stopping(Now now) {
  is_stopping_ = true;
  settle(now);
}

std::vector<Effect> Replica::take_effects() {
  return std::exchange(effects_, {});
}

// ---- the way of a command

// The time of the command or the read itself begins only once the fold has reached its tokens.
template <class Waiter>
void Replica::wait_for_tokens(Ticket ticket, Waiter& waiter, Now now) {
  waiter.waiting = Waiting::ForTokens;
  waiter.due = now.steady + waiter.request.wait;
  deadlines_.emplace(waiter.due, ticket);
  barrier_.wait_for(ticket, waiter.request.at_least, fold_);
}

void Replica::line_up(Ticket ticket, Command& command, Now now) {
  command.waiting = Waiting::ForTurn;
  command.due = now.steady + command.request.timeout;
  deadlines_.emplace(command.due, ticket);
  turns_.line_up(command.stream, ticket);
}

// Decides the command on the state as it is known now. What appends nothing is said only after a barrier that was begun
// after the request came: until then this replica may simply not have heard.
void Replica::take_turn(Ticket ticket, Now now) {
  const auto found = commands_.find(ticket);
  if (found == commands_.end()) return;
  Command& command = found->second;
  if (now.steady >= command.due) {
    return finish(ticket, LogUnavailable{"the time for the command was over before anything was appended"});
  }
  const auto& key = command.request.key;
  const StreamEntry* entry =
      key ? streams_.find(command.stream, command.request.actor, key->id) : streams_.find(command.stream);
  const auto last_time = entry != nullptr ? entry->stream.last_time : std::nullopt;
  const DecisionContext context{.now = std::max(now.wall, last_time.value_or(now.wall)),
                                .actor = command.request.actor,
                                .max_clock_skew = options_.max_clock_skew};
  Finding finding = consider(command.request, entry, context);
  if (finding.event) {
    if (!reachable_) return finish(ticket, LogUnavailable{std::string(kOutOfReach)});
    const Sequencer& sequencer = sequencers_[static_cast<std::size_t>(partition_of(command.stream))];
    if (sequencer.ahead_of_tail() >= options_.ahead_of_tail_at_most) {
      return finish(ticket, LogUnavailable{"the log takes records and does not give them back"});
    }
    if (is_full()) return finish(ticket, LogUnavailable{"the state file does not take what has changed"});
    return append(ticket, command, std::move(finding), context.now);
  }
  if (finding.is_final || command.confirmed) return finish(ticket, *std::move(finding.result));
  if (!reachable_) return finish(ticket, LogUnavailable{std::string(kOutOfReach)});
  command.waiting = Waiting::ForBarrier;
  barrier_.begin(ticket, {partition_of(command.stream)});
}

void Replica::append(Ticket ticket, Command& command, Finding finding, events::Instant time) {
  const StreamEntry* entry = streams_.find(command.stream);
  const events::EventId id(events::make_uuid_v7(unix_ms(time), options_.random()));
  const CommandRequest& request = command.request;
  const events::RecordedEvent recorded{
      .stream = command.stream,
      .id = id,
      .version = entry != nullptr ? entry->stream.version.next() : events::StreamVersion{1},
      .context = {.source = options_.source,
                  .time = time,
                  .actor = request.actor,
                  .command_id = request.key ? std::optional(request.key->id) : std::nullopt,
                  .command_hash = request.key ? std::optional(request.key->hash) : std::nullopt,
                  .correlation_id = request.correlation_id,
                  .causation_id = std::nullopt,
                  .traceparent = request.traceparent},
      .event = *std::move(finding.event)};
  events::Record record = events::to_record(recorded);
  command.waiting = Waiting::ForVerdict;
  command.appended = id;
  command.appended_version = recorded.version;
  command.merges = finding.merges;
  awaiting_verdict_.emplace(id, ticket);
  flying_.emplace(id, Flying{.record = record});
  effects_.push_back(Append{.id = id, .partition = partition_of(command.stream), .record = std::move(record)});
}

// ---- the fold

void Replica::fold_step(Sequencer::Step step, events::Partition partition) {
  if (stopped_) return;
  if (!step) return stop(step.error());
  const events::Offset before = fold_.next(partition);
  for (const LogRecord& record : *step) {
    // First, so that an answer given on the way covers the record that it speaks of.
    fold_.advance(partition, record.position.offset + 1);
    fold_one(record);
  }
  const events::Offset next = sequencers_[static_cast<std::size_t>(partition)].next();
  fold_.advance(partition, next);
  if (next > before) {
    if (!step->empty()) checkpoint_.advance(step->back());
    checkpoint_.advance_to_end({.partition = partition, .offset = next});
    has_moved_ = true;
  }
  barrier_.on_fold(partition, next);
}

void Replica::fold_one(const LogRecord& record) {
  const Streams::Folded folded = streams_.fold(record);
  if (!folded.event_id) return;
  if (const auto flying = flying_.find(*folded.event_id); flying != flying_.end()) {
    flying->second.read_at.push_back(record.position.offset);
  }
  learn_verdict(folded);
}

// The version tells that somebody won, the event id tells who: both must match.
void Replica::learn_verdict(const Streams::Folded& folded) {
  const auto& line = turns_.line(*folded.stream);
  if (line.empty()) return;
  const Ticket ticket = line.front();
  Command& command = commands_.at(ticket);
  if (command.waiting != Waiting::ForVerdict) return;
  const StreamEntry* entry = streams_.find(*folded.stream);
  if (entry == nullptr) return;  // a foreign record, superseded before the stream's first event
  const events::Stream& stream = entry->stream;
  const bool is_own = folded.event_id == command.appended;
  if (folded.applied.verdict == Verdict::Accepted) {
    if (!is_own) return lose_version(ticket, command);
    const auto* task = std::get_if<events::TaskState>(&stream.state);
    if (task == nullptr || folded.applied.parked) return finish(ticket, OutcomeUnknown{*command.appended});
    return finish(ticket, Succeeded{.task = *task,
                                    .event_id = command.appended,
                                    .event_version = command.appended_version,
                                    .merged = command.merges});
  }
  if (is_own && stream.version >= command.appended_version) lose_version(ticket, command);
}

// Another event has taken the version: what was appended for it can never be accepted, so it is safe to decide again.
void Replica::lose_version(Ticket ticket, Command& command) {
  awaiting_verdict_.erase(*std::exchange(command.appended, std::nullopt));
  command.waiting = Waiting::ForTurn;
  if (++command.lost >= options_.attempts) return finish(ticket, Contended());
  turns_.give_again(ticket);
}

// ---- barriers, deadlines, answers

void Replica::on_barrier(Ticket ticket, Now now) {
  if (ticket == kCatchUp) {
    caught_up_ = true;
    return;
  }
  if (const auto found = commands_.find(ticket); found != commands_.end()) {
    Command& command = found->second;
    if (command.waiting == Waiting::ForTokens) return line_up(ticket, command, now);
    command.confirmed = true;
    command.waiting = Waiting::ForTurn;
    turns_.give_again(ticket);
  } else if (const auto read = reads_.find(ticket); read != reads_.end()) {
    if (read->second.waiting == Waiting::ForBarrier) return answer_read(ticket);
    confirm(ticket, read->second, now);
  }
}

void Replica::on_deadline(Ticket ticket, SteadyTime now) {
  if (const auto found = commands_.find(ticket); found != commands_.end()) {
    const Command& command = found->second;
    if (command.waiting == Waiting::ForTokens) {
      return finish(ticket, BehindToken{lag_behind(command.request.at_least)});
    }
    if (now < command.due) return;  // it was the tokens' deadline, and they came in time
    if (command.appended) return finish(ticket, OutcomeUnknown{*command.appended});
    finish(ticket, LogUnavailable{"the log did not answer within the time for the command"});
  } else if (const auto read = reads_.find(ticket); read != reads_.end()) {
    if (read->second.waiting == Waiting::ForTokens) {
      return finish_read(ticket, BehindToken{lag_behind(read->second.request.at_least)});
    }
    if (now < read->second.due) return;
    finish_read(ticket, LogUnavailable{"the log did not answer within the time for the read"});
  }
}

// Carries on whatever the last input made possible, until nothing moves any more.
void Replica::settle(Now now) {
  while (!stopped_) {
    const std::vector<Ticket> reached = barrier_.take_reached();
    for (const Ticket ticket : reached) on_barrier(ticket, now);
    if (reached.empty() && turns_.none_due()) break;
    while (const auto ticket = turns_.take()) take_turn(*ticket, now);
  }
  if (stopped_) return;
  for (const events::Partition partition : barrier_.take_asks()) {
    end_watch_.note_asked(partition, fold_.next(partition));
    effects_.push_back(AskEnd{partition});
  }
  save_if_due(now);
  streams_.shrink();
}

// A change holds everything up to one position. Few large ones are cheaper than many small ones, but memory has to hold
// what they save.
void Replica::save_if_due(Now now) {
  if (has_moved_ && !unsaved_since_) unsaved_since_ = now.steady;
  if (is_saving_ || !unsaved_since_) return;
  const bool is_much = streams_.unsaved_bytes() >= options_.memory_bytes / 8;
  if (!is_much && !is_stopping_ && now.steady - *unsaved_since_ < options_.save_after) return;
  is_saving_ = true;
  has_moved_ = false;
  unsaved_since_.reset();
  effects_.push_back(Persist{streams_.take_unsaved(checkpoint_)});
}

void Replica::finish(Ticket ticket, Result result) {
  const auto found = commands_.extract(ticket);
  const Command& command = found.mapped();
  if (command.appended) awaiting_verdict_.erase(*command.appended);
  barrier_.cancel(ticket);
  turns_.leave(command.stream, ticket);
  reply(ticket, std::move(result));
}

// The strong read's own barrier, begun after the request came and after its tokens were reached.
void Replica::confirm(Ticket ticket, Read& read, Now now) {
  read.waiting = Waiting::ForBarrier;
  read.due = now.steady + read.request.timeout;
  deadlines_.emplace(read.due, ticket);
  barrier_.begin(ticket, {partition_of(read.stream)});
}

void Replica::answer_read(Ticket ticket) {
  const StreamEntry* entry = streams_.find(reads_.at(ticket).stream);
  const auto* task = entry != nullptr ? std::get_if<events::TaskState>(&entry->stream.state) : nullptr;
  if (entry != nullptr && entry->stream.quarantine) {
    finish_read(ticket, StreamQuarantined{*entry->stream.quarantine});
  } else if (task == nullptr) {
    finish_read(ticket, Rejection(TaskIsMissing()));
  } else if (task->deleted) {
    finish_read(ticket, Rejection(TaskIsDeleted()));
  } else {
    finish_read(ticket, Succeeded{.task = *task});
  }
}

void Replica::finish_read(Ticket ticket, Result result) {
  reads_.erase(ticket);
  barrier_.cancel(ticket);
  reply(ticket, std::move(result));
}

void Replica::reply(Ticket ticket, Result result) {
  effects_.push_back(Reply{.ticket = ticket, .answer = {.result = std::move(result), .fold = fold_}});
}

// Whoever waits is told what is still true: what was appended may or may not be in the log, and nothing else happened.
void Replica::stop(std::string message) {
  if (std::exchange(stopped_, true)) return;
  effects_.push_back(Stop{std::move(message)});
  for (const auto& [ticket, command] : commands_) {
    if (command.appended) {
      reply(ticket, OutcomeUnknown{*command.appended});
    } else {
      reply(ticket, LogUnavailable{std::string(kStopped)});
    }
  }
  for (const auto& [ticket, read] : reads_) reply(ticket, LogUnavailable{std::string(kStopped)});
  commands_.clear();
  reads_.clear();
  turns_.clear();
  awaiting_verdict_.clear();
}

// ---- small questions

// Whether the first request with this key still waits here.
bool Replica::is_under_way(const CommandRequest& request, const events::StreamId& stream) const {
  if (!request.key) return false;
  return std::ranges::any_of(turns_.line(stream), [&](Ticket ticket) {
    const CommandRequest& other = commands_.at(ticket).request;
    return other.key && other.key->id == request.key->id && other.actor == request.actor;
  });
}

std::int64_t Replica::lag_behind(const events::PositionVector& positions) const {
  std::int64_t lag = 0;
  for (events::Partition p = 0; p < positions.size(); ++p) {
    lag += std::max<std::int64_t>(0, positions.next(p) - fold_.next(p));
  }
  return lag;
}

events::Partition Replica::partition_of(const events::StreamId& stream) const {
  return events::partition_of(stream.to_string(), options_.partitions);
}

}  // namespace taskstream::command
