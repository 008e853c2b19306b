#include "command-service/core/streams.hpp"

#include <algorithm>
#include <utility>

#include "command-service/domain/duty.hpp"

namespace taskstream::command {
namespace {

bool is_of(const RememberedCommand& command, std::string_view actor, std::string_view key) {
  return command.key == key && command.actor == actor;
}

}  // namespace

void RememberedCommands::remember(RememberedCommand command) {
  if (command.version == events::StreamVersion{1}) {
    creating_ = std::move(command);
    return;
  }
  const events::Instant forget_before = command.log_time - kFor;
  later_.push_back(std::move(command));
  while (later_.size() > kAtLeast && later_.front().log_time < forget_before) later_.pop_front();
}

const RememberedCommand* RememberedCommands::find(std::string_view actor, std::string_view key) const {
  if (creating_ && is_of(*creating_, actor, key)) return &*creating_;
  // The newest first: what is repeated was mostly sent a moment ago.
  const auto found = std::find_if(later_.rbegin(), later_.rend(),
                                  [&](const RememberedCommand& command) { return is_of(command, actor, key); });
  return found != later_.rend() ? &*found : nullptr;
}

Streams::Folded Streams::fold(const events::LogRecord& record) {
  const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
  if (!envelope) {
    return {.applied = {.verdict = events::Verdict::Malformed, .reason = envelope.error().reason}};
  }
  const auto known = entries_.find(envelope->stream);
  // A record that nobody waits for must not make a stream: anyone could fill the memory with them.
  if (known == entries_.end() && !events::accepts({}, envelope->version)) {
    return {.stream = envelope->stream, .event_id = envelope->id, .applied = {.verdict = events::Verdict::Superseded}};
  }
  StreamEntry& entry = known != entries_.end() ? known->second : entries_[envelope->stream];
  const auto concerned_before = user_concerned(entry.stream.state);
  Folded folded{.stream = envelope->stream,
                .event_id = envelope->id,
                .applied = events::apply(entry.stream, *envelope, record.record)};
  if (folded.applied.verdict != events::Verdict::Accepted) return folded;
  entry.last_event_id = envelope->id;
  note_concern(envelope->stream, concerned_before, user_concerned(entry.stream.state));
  // What began at the first version has not changed since any: most tasks then need no memory for it.
  if (const auto& event = folded.applied.event; event && event->version > events::StreamVersion{1}) {
    entry.last_changes.note(events::fields_changed_by(event->event), event->version, event->context.actor,
                            *entry.stream.last_time);
  }
  // Keys in parked envelopes count as well: the event took its version, so the request was carried out.
  if (auto key = events::read_command_key(record.record)) {
    entry.commands.remember({.actor = std::move(key->actor),
                             .key = std::move(key->command_id),
                             .hash = std::move(key->command_hash),
                             .event_id = envelope->id,
                             .version = envelope->version,
                             .log_time = record.log_time});
  }
  return folded;
}

void Streams::note_concern(const events::StreamId& id, std::optional<events::UserId> before,
                           std::optional<events::UserId> after) {
  if (before == after) return;
  if (before) concerns_.erase({.user = *before, .stream = id.to_string()});
  if (after) concerns_.insert({.user = *after, .stream = id.to_string()});
}

std::optional<Concern> Streams::concern_after(const Concern& concern) const {
  const auto found = concerns_.upper_bound(concern);
  return found != concerns_.end() ? std::optional(*found) : std::nullopt;
}

const StreamEntry* Streams::find(const events::StreamId& id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.stream.version.value > 0 ? &found->second : nullptr;
}

}  // namespace taskstream::command
