#include "tests/simulation/instance.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/end_requests.hpp"
#include "tests/simulation/judgements.hpp"
#include "tests/simulation/oracle.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;
using command::Now;
using command::Replica;

command::ReplicaOptions options_of(World& world, int site) {
  return {.partitions = world.log.partitions(),
          .source = "/taskstream/command-service/" + std::to_string(site),
          .attempts = kAttempts,
          .ahead_of_tail_at_most = 3,
          .memory_bytes = static_cast<std::size_t>(world.random.between(15'000, 150'000)),
          .random = [&world] {
            events::Uuid::Bytes bytes{};
            for (auto& byte : bytes) byte = static_cast<std::uint8_t>(world.random.below(256));
            return bytes;
          }};
}

}  // namespace

Instance::Instance(World& world, int site, Time skew, command::StateStore& store)
    : world_(world),
      site_(site),
      skew_(skew),
      store_(store),
      replica_(options_of(world, site), store),
      producer_(world, site),
      tail_(world, site, store.checkpoint()) {}

void Instance::start() {
  world_.trace.note("starts", {site_});
  tick();
  read_on();
}

void Instance::ask(command::Ticket ticket) {
  take([this, ticket](Replica& replica, Now now) {
    Operation& operation = world_.history.at(ticket);
    operation.taken = moment();
    const command::CommandRequest& request = operation.request;
    operation.waits_for_tokens = !replica.fold().covers(request.at_least);
    world_.trace.note("asked", {site_, static_cast<std::int64_t>(ticket)}, operation.reads ? "a read" : "a command");
    replica.on_reachable(!world_.log_is_away);
    if (!operation.reads) return replica.on_command(ticket, request, now);
    replica.on_read(ticket,
                    {.stream = request.stream,
                     .asker = request.asker,
                     .at_least = request.at_least,
                     .wait = request.wait,
                     .timeout = request.timeout},
                    now);
  });
}

void Instance::stand_still(Time span) {
  world_.trace.note("stands still", {site_, span.count()});
  stands_still_ = true;
  plan(span, &Instance::wake_up);
}

void Instance::note_truncation() {
  const events::Position from = world_.log.truncation()->from;
  const events::Offset read = tail_.next(from.partition);
  const events::Offset known = std::max(read, replica_.fold().next(from.partition));
  if (known > from.offset) lost_until_ = known;
  const bool has_unread_mail = read > std::max(replica_.fold().next(from.partition), from.offset);
  knows_of_a_loss_ = has_unread_mail || reported_.next(from.partition) > std::max(read, from.offset);
  const bool finds_out = read > from.offset && world_.random.chance(600);
  if (finds_out) plan(world_.random.between(Time(10ms), Time(10s)), &Instance::notice_damage);
}

void Instance::die() {
  world_.trace.note("dies", {site_});
  producer_.die();
}

bool Instance::is_level() const {
  for (events::Partition partition = 0; partition < world_.log.partitions(); ++partition) {
    if (replica_.fold().next(partition) != world_.log.end(partition)) return false;
  }
  return replica_.is_caught_up();
}

// ---- inputs

// Nothing planned for an instance befalls the one that comes after it.
void Instance::plan(Time delay, void (Instance::*action)()) {
  world_.schedule.after(delay, [weak = weak_from_this(), action] {
    if (const auto self = weak.lock()) ((*self).*action)();
  });
}

void Instance::take(Input input) {
  if (stands_still_) return mail_.push_back(std::move(input));
  input(replica_, now());
  carry_out_effects();
}

void Instance::wake_up() {
  stands_still_ = false;
  for (auto mail = std::exchange(mail_, {}); !mail.empty(); mail.pop_front()) take(std::move(mail.front()));
}

void Instance::tick() {
  if (!stands_still_) {
    take([this](Replica& replica, Now now) {
      replica.on_reachable(!world_.log_is_away);
      replica.on_tick(now);
    });
  }
  plan(world_.random.between(Time(20ms), Time(100ms)), &Instance::tick);
}

void Instance::read_on() {
  Tail::Read read = replica_.is_full() ? Tail::Read() : tail_.read_on();
  if (!read.records.empty() || !read.ends.empty()) {
    take([read = std::move(read)](Replica& replica, Now now) mutable {
      if (!read.records.empty()) replica.on_records(std::move(read.records), now);
      for (const events::Position& end : read.ends) replica.on_partition_end(end, now);
    });
  }
  plan(tail_.pause(), &Instance::read_on);
}

void Instance::notice_damage() {
  take([](Replica& replica, Now) { replica.on_damage("the log was truncated"); });
}

// A report may come after the log has lost what it speaks of.
void Instance::note_report(const events::AppendOutcome& outcome, const SharedRecord& record) {
  world_.trace.note("reported", {site_, static_cast<std::int64_t>(outcome.status)});
  if (!outcome.position) return;
  reported_.advance(outcome.position->partition, outcome.position->offset + 1);
  if (world_.log.holds(*outcome.position, record)) return;
  knows_of_a_loss_ = true;
  lost_until_ = std::min(lost_until_.value_or(outcome.position->offset + 1), outcome.position->offset + 1);
}

Moment Instance::moment() const {
  return {.step = world_.schedule.step(), .time = world_.schedule.now(), .wall = now().wall};
}

Now Instance::now() const {
  return {.steady = command::SteadyTime(1h + world_.schedule.now()), .wall = kEpoch + world_.schedule.now() + skew_};
}

// ---- effects

void Instance::carry_out_effects() {
  for (command::Effect& effect : replica_.take_effects()) {
    std::visit([this](auto& one) { carry_out(one); }, effect);
  }
}

void Instance::carry_out(command::Append& append) {
  for (const events::Header& header : append.record.headers) {
    if (header.name != "ce_correlationid") continue;
    Operation& operation = world_.history.at(std::stoull(header.value));
    const auto envelope = events::read_envelope(append.record, append.partition, world_.log.partitions());
    operation.appended.push_back(
        {.id = append.id, .stream = envelope->stream, .version = envelope->version, .time = world_.schedule.now()});
  }
  const auto record = std::make_shared<const events::Record>(std::move(append.record));
  auto done = [weak = weak_from_this(), id = append.id, record](const events::AppendOutcome& outcome) {
    const auto self = weak.lock();
    if (!self) return;
    self->note_report(outcome, record);
    self->take([id, outcome](Replica& replica, Now now) { replica.on_append_outcome(id, outcome, now); });
  };
  producer_.append(append.partition, record, std::move(done));
}

void Instance::carry_out(command::AskEnd& ask) {
  EndDone done = [weak = weak_from_this(), ask](const events::EventLog::EndsOfPartitions& end) {
    if (const auto self = weak.lock()) {
      self->take([ask, end](Replica& replica, Now now) { replica.on_end_of_log(ask.partition, end, now); });
    }
  };
  if (world_.strict_barrier) {
    ask_end_by_append(world_, producer_, ask.partition, std::move(done));
  } else {
    ask_end(world_, site_, ask.partition, std::move(done));
  }
}

void Instance::carry_out(command::Reply& reply) {
  Operation& operation = world_.history.at(reply.ticket);
  world_.trace.note("answered", {site_, static_cast<std::int64_t>(reply.ticket),
                                 static_cast<std::int64_t>(reply.answer.result.index())});
  if (operation.answer) world_.history.stops.push_back({site_, world_.schedule.step(), "a request was answered twice"});
  operation.answer = std::move(reply.answer);
  operation.ended = moment();
  // What is left of the one stream, and what is lost of the other, never stood in one log together.
  const bool may_mix = lost_until_ && !operation.reads && other_stream(operation.request);
  operation.rests_on_a_loss = knows_of_a_loss_ || may_mix;
  if (operation.on_end) operation.on_end(operation);
}

// A thread of its own commits: it goes on while the core stands still, and dies with it.
void Instance::carry_out(command::Persist& persist) {
  const Time span = world_.random.chance(world_.faults.save_stalls) ? world_.random.between(Time(300ms), Time(6s))
                                                                    : world_.random.between(Time(1ms), Time(60ms));
  const auto change = std::make_shared<const command::StateChange>(std::move(persist.change));
  world_.schedule.after(span, [weak = weak_from_this(), change] {
    const auto self = weak.lock();
    if (!self) return;
    self->world_.trace.note("saved", {self->site_, std::ssize(change->rows), std::ssize(change->commands)});
    self->store_.commit(*change);
    self->take([](Replica& replica, Now now) { replica.on_saved(now); });
  });
}

void Instance::carry_out(command::Stop& stop) {
  world_.trace.note("stops", {site_}, stop.message);
  has_stopped_ = true;
  world_.history.stops.push_back({site_, world_.schedule.step(), std::move(stop.message)});
}

}  // namespace taskstream::simulation
