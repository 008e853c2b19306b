#include "command-service/core/replica.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::command {
namespace {

// The barrier that tells that the replica has caught up. Requests are numbered from 1, and what the service asks of
// itself from far behind them.
constexpr Ticket kCatchUp = 0;
constexpr Ticket kBeforeDuties = Ticket{1} << 63;
constexpr std::chrono::seconds kDutyTimeout{5};

constexpr std::string_view kOutOfReach = "the log is out of reach";
constexpr std::string_view kStopped = "the log or the state file is damaged, and this instance is stopping";

std::int64_t unix_ms(events::Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

std::string policy_for(const events::StreamId& stream) {
  return stream.kind() == "task" ? "system:unassign-deactivated" : "system:release-orphan-claims";
}

events::StreamVersion version_of(const StreamEntry* entry) {
  return entry != nullptr ? entry->stream.version : events::StreamVersion();
}

// Of a decision on the stream: time never goes back within it.
events::Instant time_on(const StreamEntry* entry, Now now) {
  const auto last_time = entry != nullptr ? entry->stream.last_time : std::nullopt;
  return std::max(now.wall, last_time.value_or(now.wall));
}

}  // namespace

using events::AppendOutcome;
using events::LogRecord;
using events::Verdict;

Replica::Replica(ReplicaOptions options, StateStore& store)
    : options_(std::move(options)),
      streams_(options_.partitions, store, options_.memory_bytes),
      fold_(store.checkpoint().positions()),
      saving_(streams_, store.checkpoint(), {.memory_bytes = options_.memory_bytes, .after = options_.save_after}),
      token_waits_(options_.waiters_at_most),
      policies_(streams_, {.source = options_.source, .random = options_.random}),
      last_duty_(kBeforeDuties) {
  for (events::Partition p = 0; p < options_.partitions; ++p) sequencers_.emplace_back(p, fold_.next(p));
  barrier_.begin(kCatchUp, events::all_partitions(options_.partitions));
}

// ---- inputs

void Replica::on_command(Ticket ticket, CommandRequest request, Now now) {
  if (stopped_) return answer(ticket, command_index(request.command), LogUnavailable{std::string(kStopped)});
  if (!caught_up_) return answer(ticket, command_index(request.command), NotReady());
  if (is_under_way(request)) return answer(ticket, command_index(request.command), StillRunning());
  take({.ticket = ticket, .request = std::move(request)}, now);
  settle(now);
}

void Replica::on_read(Ticket ticket, ReadRequest request, Now now) {
  if (stopped_) return reply(ticket, LogUnavailable{std::string(kStopped)});
  if (!caught_up_) return reply(ticket, NotReady());
  if (!reachable_) return reply(ticket, LogUnavailable{std::string(kOutOfReach)});
  take({.ticket = ticket, .request = std::move(request)}, now);
  settle(now);
}

void Replica::on_records(std::vector<LogRecord> records, Now now) {
  for (LogRecord& record : records) {
    const events::Partition partition = record.position.partition;
    fold_step(sequencers_[static_cast<std::size_t>(partition)].on_tail(std::move(record)), partition, now);
  }
  settle(now);
}

void Replica::on_partition_end(events::Position end, Now now) {
  Sequencer& sequencer = sequencers_[static_cast<std::size_t>(end.partition)];
  lag_.on_end(end.partition, end.offset, fold_, now.steady);
  fold_step(sequencer.on_partition_end(end.offset), end.partition, now);
  settle(now);
}

void Replica::on_append_outcome(events::EventId id, AppendOutcome outcome, Now now) {
  auto flown = flying_.extract(id);
  if (flown.empty()) return;
  const auto waiter = commands_.find(flown.mapped().ticket);
  const bool is_awaited = waiter != commands_.end() && waiter->second.appended && waiter->second.appended->id == id;
  switch (outcome.status) {
    case AppendOutcome::Status::NotAppended:
      if (is_awaited) {
        stop_awaiting(waiter->first, waiter->second);
        give_up(waiter->first, std::move(outcome.reason));
      }
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
                at.partition, now);
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
      lag_.on_end(partition, end->next(partition), fold_, now.steady);
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
  for (const Waiter& late : token_waits_.take_late(now.steady)) refuse(late, behind_token(late));
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    const Ticket ticket = deadlines_.extract(deadlines_.begin()).mapped();
    on_deadline(ticket);
  }
  settle(now);
}

void Replica::on_saved(Now now) {
  saving_.on_saved();
  settle(now);
}

void Replica::on_draining() {
  token_waits_.close();
  for (const Waiter& waiter : token_waits_.take_all()) refuse(waiter, behind_token(waiter));
}

void Replica::on_stopping(Now now) {
  saving_.on_stopping();
  settle(now);
}

std::vector<Effect> Replica::take_effects() {
  return std::exchange(effects_, {});
}

// ---- the way of a command

// The time of the command or the read itself begins only once the fold has reached its tokens.
void Replica::take(Waiter waiter, Now now) {
  if (fold_.covers(waiter.at_least())) return begin(std::move(waiter), now);
  if (!token_waits_.has_room()) return refuse(waiter, behind_token(waiter));
  token_waits_.add(std::move(waiter), fold_, now.steady);
}

void Replica::begin(Waiter waiter, Now now) {
  if (auto* read = std::get_if<ReadRequest>(&waiter.request)) return confirm(waiter.ticket, std::move(*read), now);
  PendingCommand command{.request = std::get<CommandRequest>(std::move(waiter.request))};
  line_up(waiter.ticket, commands_.emplace(waiter.ticket, std::move(command)).first->second, now);
}

void Replica::line_up(Ticket ticket, PendingCommand& command, Now now) {
  command.due = now.steady + command.request.timeout;
  deadlines_.emplace(command.due, ticket);
  turns_.line_up(command.request.stream, ticket);
}

// Decides the command on the state as it is known now. What appends nothing is said only after a barrier that was begun
// after the request came: until then this replica may simply not have heard.
void Replica::take_turn(Ticket ticket, Now now) {
  const auto found = commands_.find(ticket);
  if (found == commands_.end()) return;
  PendingCommand& command = found->second;
  if (now.steady >= command.due) return give_up(ticket, "the time for the command was over before it was appended");
  const CommandRequest& request = command.request;
  const StreamEntry* own =
      request.key ? streams_.find(request.stream, request.asker.actor, request.key->id) : streams_.find(request.stream);
  const Basis basis{.stream = request.stream, .own = own, .other = find(other_stream(request.command, own))};
  Finding finding = consider(
      request, basis, {.now = time_on(own, now), .asker = request.asker, .max_clock_skew = options_.max_clock_skew});
  const Stand stand{.own = version_of(basis.own), .other = version_of(basis.other)};
  const bool is_fresh = command.confirmed && command.barrier_begun_at == stand;
  if (finding.event && (is_fresh || !finding.needs_fresh_barrier)) {
    return append(ticket, command, std::move(finding), now);
  }
  const bool is_confirmed = finding.needs_fresh_barrier ? is_fresh : command.confirmed;
  if (!finding.event && (finding.is_final || is_confirmed)) return finish(ticket, *std::move(finding.result));
  wait_for_barrier(ticket, command, stand, now);
}

// Over every partition that the decision reads.
void Replica::wait_for_barrier(Ticket ticket, PendingCommand& command, Stand stand, Now now) {
  if (!reachable_) return give_up(ticket, std::string(kOutOfReach));
  command.barrier_begun_at = stand;
  command.waits_since = now.steady;
  std::vector<events::Partition> over = {partition_of(command.request.stream)};
  if (const auto other = other_stream(command.request.command, streams_.find(command.request.stream))) {
    const events::Partition partition = partition_of(*other);
    if (partition != over.front()) over.push_back(partition);
  }
  barrier_.begin(ticket, over);
}

void Replica::append(Ticket ticket, PendingCommand& command, Finding finding, Now now) {
  const CommandRequest& request = command.request;
  const events::StreamId stream =
      finding.is_on_other ? *other_stream(request.command, streams_.find(request.stream)) : request.stream;
  const events::Partition partition = partition_of(stream);
  if (!reachable_) return give_up(ticket, std::string(kOutOfReach));
  if (sequencers_[static_cast<std::size_t>(partition)].ahead_of_tail() >= options_.ahead_of_tail_at_most) {
    return give_up(ticket, "the log takes records and does not give them back");
  }
  if (is_full()) return give_up(ticket, "the state file does not take what has changed");
  const StreamEntry* entry = streams_.find(stream);
  const events::Instant time = time_on(entry, now);
  const events::EventId id(events::make_uuid_v7(unix_ms(time), options_.random()));
  // The key belongs to the event that was asked for, not to one that prepares it.
  const bool carries_key = request.key && !finding.is_on_other;
  const events::RecordedEvent recorded{
      .stream = stream,
      .id = id,
      .version = version_of(entry).next(),
      .context = {.source = options_.source,
                  .time = time,
                  .actor = request.asker.actor,
                  .command_id = carries_key ? std::optional(request.key->id) : std::nullopt,
                  .command_hash = carries_key ? std::optional(request.key->hash) : std::nullopt,
                  .correlation_id = request.correlation_id,
                  .causation_id = request.causation_id,
                  .traceparent = request.traceparent},
      .event = *std::move(finding.event)};
  events::Record record = events::to_record(recorded);
  command.appended =
      Appended{.id = id, .stream = stream, .version = recorded.version, .at = now.steady, .merges = finding.merges};
  awaiting_verdict_[stream].push_back(ticket);
  flying_.emplace(id, Flying{.ticket = ticket, .record = record});
  effects_.push_back(Append{.id = id, .partition = partition, .record = std::move(record)});
}

// ---- the fold

void Replica::fold_step(Sequencer::Step step, events::Partition partition, Now now) {
  if (stopped_) return;
  if (!step) return stop(step.error());
  for (const LogRecord& record : *step) {
    // First, so that an answer given on the way covers the record that it speaks of.
    fold_.advance(partition, record.position.offset + 1);
    fold_one(record, now);
  }
  const events::Offset next = sequencers_[static_cast<std::size_t>(partition)].next();
  fold_.advance(partition, next);
  if (!step->empty()) saving_.on_folded(step->back());
  barrier_.on_fold(partition, next);
  token_waits_.on_fold(partition, fold_);
}

void Replica::fold_one(const LogRecord& record, Now now) {
  const Streams::Folded folded = streams_.fold(record);
  count(folded);
  if (!folded.event_id) return;
  if (const auto flying = flying_.find(*folded.event_id); flying != flying_.end()) {
    flying->second.read_at.push_back(record.position.offset);
  }
  if (const auto waiting = awaiting_verdict_.find(*folded.stream); waiting != awaiting_verdict_.end()) {
    // A copy: who learns a verdict waits no longer.
    const std::vector<Ticket> tickets = waiting->second;
    for (const Ticket ticket : tickets) learn_verdict(ticket, folded, now);
  }
  if (folded.applied.event) policies_.on_event(*folded.applied.event, now.steady);
}

// What services say to each other below `log/…` is no event of anybody's.
void Replica::count(const Streams::Folded& folded) {
  if (folded.stream && folded.stream->kind() == "log") return;
  switch (folded.applied.verdict) {
    case Verdict::Accepted:
      ++figures_.records_accepted;
      if (folded.applied.parked) ++figures_.records_parked;
      break;
    case Verdict::Superseded:
      ++figures_.records_superseded;
      break;
    case Verdict::Malformed:
      ++figures_.records_malformed;
      break;
  }
}

// The version tells that somebody won, the event id tells who: both must match.
void Replica::learn_verdict(Ticket ticket, const Streams::Folded& folded, Now now) {
  const StreamEntry* entry = streams_.find(*folded.stream);
  if (entry == nullptr) return;  // a foreign record, superseded before the stream's first event
  PendingCommand& command = commands_.at(ticket);
  const bool is_own = folded.event_id == command.appended->id;
  const bool is_accepted = folded.applied.verdict == Verdict::Accepted;
  const bool is_passed = is_own && entry->stream.version >= command.appended->version;
  if (!is_accepted && !is_passed) return;
  figures_.verdicts.note(now.steady - command.appended->at);
  if (!is_accepted || !is_own) return lose_version(ticket, command);
  win_version(ticket, command, folded.applied);
}

void Replica::win_version(Ticket ticket, PendingCommand& command, const events::Applied& applied) {
  const Appended own = *command.appended;
  if (applied.parked) return finish(ticket, OutcomeUnknown{own.id});
  if (own.stream == command.request.stream) {
    const events::State& state = streams_.find(own.stream)->stream.state;
    return finish(ticket, Succeeded{.state = as_seen_by(command.request.asker, state),
                                    .event_id = own.id,
                                    .event_version = own.version,
                                    .merged = own.merges});
  }
  stop_awaiting(ticket, command);
  command.prepared = own;
  turns_.give_again(ticket);
}

// Another event has taken the version: what was appended for it can never be accepted, so it is safe to decide again.
void Replica::lose_version(Ticket ticket, PendingCommand& command) {
  stop_awaiting(ticket, command);
  ++figures_.superseded;
  if (++command.lost >= options_.attempts) return finish(ticket, Contended());
  ++figures_.decided_again;
  turns_.give_again(ticket);
}

void Replica::stop_awaiting(Ticket ticket, PendingCommand& command) {
  const auto waiting = awaiting_verdict_.find(command.appended->stream);
  std::erase(waiting->second, ticket);
  if (waiting->second.empty()) awaiting_verdict_.erase(waiting);
  command.appended.reset();
}

// What the state asks for by itself goes the way of every command; only nobody is told of it.
void Replica::do_duties(Now now) {
  if (!caught_up_ || !reachable_) return;
  for (Policies::Duty& duty : policies_.take_due(now.steady)) {
    const Ticket ticket = ++last_duty_;
    PendingCommand command{.request = {.stream = duty.stream,
                                       .command = DoDuty(),
                                       .asker = {.actor = policy_for(duty.stream), .reach = Reach::EveryLock},
                                       .causation_id = duty.cause.to_string(),
                                       .timeout = kDutyTimeout}};
    line_up(ticket, commands_.emplace(ticket, std::move(command)).first->second, now);
  }
}

// ---- barriers, deadlines, answers

void Replica::on_barrier(Ticket ticket, Now now) {
  if (ticket == kCatchUp) {
    caught_up_ = true;
    policies_.begin();
    return;
  }
  if (const auto found = commands_.find(ticket); found != commands_.end()) {
    PendingCommand& command = found->second;
    figures_.barriers.note(now.steady - command.waits_since);
    command.confirmed = true;
    turns_.give_again(ticket);
  } else if (const auto read = reads_.find(ticket); read != reads_.end()) {
    figures_.barriers.note(now.steady - read->second.waits_since);
    answer_read(ticket);
  }
}

void Replica::on_deadline(Ticket ticket) {
  if (commands_.contains(ticket)) {
    give_up(ticket, "the log did not answer within the time for the command");
  } else if (reads_.contains(ticket)) {
    finish_read(ticket, LogUnavailable{"the log did not answer within the time for the read"});
  }
}

// Carries on whatever the last input made possible, until nothing moves any more.
void Replica::settle(Now now) {
  while (!stopped_) {
    // First those who are through: they make room for the others.
    const std::vector<Ticket> reached = barrier_.take_reached();
    for (const Ticket ticket : reached) on_barrier(ticket, now);
    std::vector<Waiter> covered = token_waits_.take_covered();
    for (Waiter& waiter : covered) begin(std::move(waiter), now);
    do_duties(now);
    if (covered.empty() && reached.empty() && turns_.none_due()) break;
    while (const auto ticket = turns_.take()) take_turn(*ticket, now);
  }
  if (stopped_) return;
  for (const events::Partition partition : barrier_.take_asks()) {
    end_watch_.note_asked(partition, fold_.next(partition));
    effects_.push_back(AskEnd{partition});
  }
  if (auto change = saving_.take_due(now.steady)) effects_.push_back(Persist{*std::move(change)});
  streams_.shrink();
}

void Replica::finish(Ticket ticket, Result result) {
  const auto found = commands_.find(ticket);
  PendingCommand& command = found->second;
  const events::StreamId stream = command.request.stream;
  if (command.appended) stop_awaiting(ticket, command);
  barrier_.cancel(ticket);
  turns_.leave(stream, ticket);
  const bool is_duty = ticket > kBeforeDuties;
  const std::size_t index = is_duty ? 0 : command_index(command.request.command);
  const bool has_succeeded = std::holds_alternative<Succeeded>(result);
  if (is_duty) {
    policies_.on_done(stream, has_succeeded ? std::nullopt : std::optional(command.due));
  } else if (command.prepared && !has_succeeded) {
    policies_.on_claim_given_up(command.prepared->stream, command.prepared->id);
  }
  commands_.erase(found);
  if (!is_duty) return answer(ticket, index, std::move(result));
  if (has_succeeded) ++figures_.duties_done;
}

// Nothing more is done for the command. It has not happened if nothing was appended; else that may yet land, or has.
void Replica::give_up(Ticket ticket, std::string reason) {
  const PendingCommand& command = commands_.at(ticket);
  const auto& in_log = command.appended ? command.appended : command.prepared;
  if (in_log) return finish(ticket, OutcomeUnknown{in_log->id});
  finish(ticket, LogUnavailable{std::move(reason)});
}

// The strong read's own barrier, begun after the request came and after its tokens were reached.
void Replica::confirm(Ticket ticket, ReadRequest request, Now now) {
  if (options_.waiters_at_most != 0 && reads_.size() >= options_.waiters_at_most) return reply(ticket, TooManyWait());
  const events::Partition partition = partition_of(request.stream);
  deadlines_.emplace(now.steady + request.timeout, ticket);
  reads_.emplace(ticket, Read{.request = std::move(request), .waits_since = now.steady});
  barrier_.begin(ticket, {partition});
}

void Replica::answer_read(Ticket ticket) {
  const ReadRequest& request = reads_.at(ticket).request;
  finish_read(ticket, read_state(request, streams_.find(request.stream)));
}

void Replica::finish_read(Ticket ticket, Result result) {
  reads_.erase(ticket);
  barrier_.cancel(ticket);
  reply(ticket, std::move(result));
}

// Nothing was done for the request yet.
void Replica::refuse(const Waiter& waiter, Result result) {
  const auto* command = std::get_if<CommandRequest>(&waiter.request);
  if (command == nullptr) return reply(waiter.ticket, std::move(result));
  answer(waiter.ticket, command_index(command->command), std::move(result));
}

// Of a command; reads are not counted.
void Replica::answer(Ticket ticket, std::size_t command, Result result) {
  figures_.count(command, result);
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
    if (ticket > kBeforeDuties) continue;
    if (const auto& in_log = command.appended ? command.appended : command.prepared) {
      answer(ticket, command_index(command.request.command), OutcomeUnknown{in_log->id});
    } else {
      answer(ticket, command_index(command.request.command), LogUnavailable{std::string(kStopped)});
    }
  }
  for (const auto& [ticket, read] : reads_) reply(ticket, LogUnavailable{std::string(kStopped)});
  for (const Waiter& waiter : token_waits_.take_all()) refuse(waiter, LogUnavailable{std::string(kStopped)});
  commands_.clear();
  reads_.clear();
  turns_.clear();
  awaiting_verdict_.clear();
}

// ---- small questions

// Whether the first request with this key still waits here.
bool Replica::is_under_way(const CommandRequest& request) const {
  if (!request.key) return false;
  return std::ranges::any_of(turns_.line(request.stream), [&](Ticket ticket) {
    const CommandRequest& other = commands_.at(ticket).request;
    return other.key && other.key->id == request.key->id && other.asker.actor == request.asker.actor;
  });
}

BehindToken Replica::behind_token(const Waiter& waiter) const {
  return {fold_.lag_behind(waiter.at_least())};
}

const StreamEntry* Replica::find(const std::optional<events::StreamId>& stream) {
  return stream ? streams_.find(*stream) : nullptr;
}

events::Partition Replica::partition_of(const events::StreamId& stream) const {
  return events::partition_of(stream.to_string(), options_.partitions);
}

}  // namespace taskstream::command
