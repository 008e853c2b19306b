#include "events/log/genesis.hpp"

#include <memory>

#include "events/contract/envelope.hpp"
#include "events/log/asking.hpp"
#include "events/log/end_of_all.hpp"

namespace taskstream::events {
namespace {

bool is_empty(EventLog& log, Deadline deadline) {
  return end_of_all(log, deadline) == PositionVector();
}

Partition genesis_partition(const EventLog& log) {
  return partition_of(StreamId::genesis().to_string(), log.partitions());
}

[[noreturn]] void refuse_without_genesis() {
  throw LogRefused(
      "The log has records, but does not begin with who it is: it was not opened by Taskstream. Use a topic or a file "
      "of its own.");
}

[[noreturn]] void refuse_partition_count(Partition then, Partition now) {
  throw LogRefused(
      "The log was opened with " + std::to_string(then) + " partitions and has " + std::to_string(now) +
      " now. The count never changes, because keys would move: make a new topic and import an export of the "
      "old one.");
}

// What a genesis record says; nullopt for any other record. The partition is not asked (of one partition, every key
// lies in it): under another count the key lies elsewhere, and that is what the caller wants to find out.
std::optional<LogIdentity> identity_in(const std::optional<LogRecord>& record) {
  if (!record) return std::nullopt;
  const auto envelope = read_envelope(record->record, 0, 1);
  if (!envelope || envelope->stream != StreamId::genesis() || envelope->type != type_of(LogOpened()) ||
      envelope->version != StreamVersion{1}) {
    return std::nullopt;
  }
  const auto event = from_json(envelope->type, record->record.value);
  return event ? std::optional(std::get<LogOpened>(*event)) : std::nullopt;
}

}  // namespace

std::optional<LogIdentity> read_genesis(EventLog& log, Deadline deadline) {
  const auto first_of = [&](Partition partition) {
    return persist(deadline, [&] { return log.read({.partition = partition, .offset = 0}, deadline); });
  };
  const Partition partitions = log.partitions();
  if (const auto identity = identity_in(first_of(genesis_partition(log)))) {
    if (identity->partitions != partitions) refuse_partition_count(identity->partitions, partitions);
    return identity;
  }
  if (is_empty(log, deadline)) return std::nullopt;
  for (Partition p = 0; p < partitions; ++p) {
    const auto identity = identity_in(first_of(p));
    if (!identity) continue;
    if (identity->partitions != partitions) refuse_partition_count(identity->partitions, partitions);
    if (p == genesis_partition(log)) return identity;  // somebody opened the log between the questions
  }
  refuse_without_genesis();
}

LogIdentity open_genesis(EventLog& log, const GenesisProposal& proposal, Deadline deadline) {
  if (auto identity = read_genesis(log, deadline)) return *identity;
  const RecordedEvent opened{
      .stream = StreamId::genesis(),
      .id = EventId(proposal.identity.log_id.uuid()),
      .version = {1},
      .context = {.source = proposal.source,
                  .time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                  .actor = "system:log"},
      .event = proposal.identity};
  while (true) {
    auto promise = std::make_shared<std::promise<AppendOutcome>>();
    log.append(genesis_partition(log), to_record(opened),
               [promise](AppendOutcome outcome) { promise->set_value(std::move(outcome)); });
    const AppendOutcome outcome = await(promise->get_future(), deadline);
    // Whatever the outcome: the log itself tells which genesis came first.
    if (auto identity = read_genesis(log, deadline)) return *identity;
    if (std::chrono::steady_clock::now() + kAskAgain >= deadline) give_up(outcome.reason);
    std::this_thread::sleep_for(kAskAgain);
  }
}

}  // namespace taskstream::events
