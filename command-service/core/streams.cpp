#include "command-service/core/streams.hpp"

#include <utility>

#include "command-service/core/heap_bytes.hpp"
#include "command-service/domain/duty.hpp"

namespace taskstream::command {
namespace {

// The nodes of list and table.
constexpr std::size_t kNodes = 2 * (kAllocation + sizeof(void*)) + sizeof(std::string_view) + 4 * sizeof(void*);

}  // namespace

Streams::Folded Streams::fold(const events::LogRecord& record) {
  const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
  if (!envelope) {
    return {.applied = {.verdict = events::Verdict::Malformed, .reason = envelope.error().reason}};
  }
  Hot* hot = look_up(envelope->stream);
  // A record that nobody waits for must not make a stream: anyone could fill the memory with them.
  if (hot == nullptr && !events::accepts({}, envelope->version)) {
    return {.stream = envelope->stream, .event_id = envelope->id, .applied = {.verdict = events::Verdict::Superseded}};
  }
  if (hot == nullptr) hot = &add(envelope->stream, {});
  StreamEntry& entry = hot->entry;
  Folded folded{.stream = envelope->stream,
                .event_id = envelope->id,
                .applied = events::apply(entry.stream, *envelope, record.record)};
  if (folded.applied.verdict != events::Verdict::Accepted) return folded;
  entry.last_event_id = envelope->id;
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
  note_change(*hot);
  return folded;
}

const StreamEntry* Streams::find(const events::StreamId& id) {
  const Hot* hot = look_up(id);
  return hot != nullptr ? &hot->entry : nullptr;
}

const StreamEntry* Streams::find(const events::StreamId& id, std::string_view actor, std::string_view key) {
  Hot* hot = look_up(id);
  if (hot == nullptr) return nullptr;
  RememberedCommands& commands = hot->entry.commands;
  if (!commands.has_more() || commands.find(actor, key) != nullptr) return &hot->entry;
  if (auto command = store_.find_command(id, actor, key)) {
    commands.recall(*std::move(command));
    weigh(*hot);
  }
  return &hot->entry;
}

// What is in the store of a stream that has changed since is an older tale.
std::optional<Concern> Streams::concern_after(const Concern& concern) {
  constexpr std::size_t kPage = 16;
  const auto changed = concerns_.upper_bound(concern);
  std::optional<Concern> next = changed != concerns_.end() ? std::optional(*changed) : std::nullopt;
  Concern after = concern;
  for (auto page = store_.concerns_after(after, kPage); !page.empty(); page = store_.concerns_after(after, kPage)) {
    for (const Concern& stored : page) {
      if (next && *next <= stored) return next;
      const auto hot = places_.find(stored.stream);
      if (hot == places_.end() || !(hot->second->is_unsaved || hot->second->is_being_saved)) return stored;
    }
    after = page.back();
  }
  return next;
}

// ---- memory

Streams::Hot* Streams::look_up(const events::StreamId& id) {
  const auto found = places_.find(id.to_string());
  if (found == places_.end()) {
    const auto bytes = store_.find(id);
    return bytes ? &add(id, read_entry(*bytes)) : nullptr;
  }
  Hot& hot = *found->second;
  if (!hot.is_unsaved && !hot.is_being_saved) saved_.splice(saved_.begin(), saved_, found->second);
  return &hot;
}

Streams::Hot& Streams::add(const events::StreamId& id, StreamEntry entry) {
  Hot& hot = saved_.emplace_front(Hot{.id = id, .entry = std::move(entry)});
  places_.emplace(hot.id.to_string(), saved_.begin());
  weigh(hot);
  return hot;
}

void Streams::note_change(Hot& hot) {
  if (!std::exchange(hot.is_unsaved, true)) {
    const Place place = places_.at(hot.id.to_string());
    if (!hot.is_being_saved) pinned_.splice(pinned_.begin(), saved_, place);
    unsaved_.push_back(place);
    unsaved_bytes_ += hot.bytes;
  }
  note_concerned(hot, user_concerned(hot.entry.stream.state));
  weigh(hot);
}

void Streams::note_concerned(Hot& hot, std::optional<events::UserId> user) {
  if (hot.concerned == user) return;
  if (hot.concerned) concerns_.erase({.user = *hot.concerned, .stream = hot.id.to_string()});
  if (user) concerns_.insert({.user = *user, .stream = hot.id.to_string()});
  hot.concerned = user;
}

void Streams::weigh(Hot& hot) {
  const std::size_t bytes = sizeof(Hot) + kNodes + heap_bytes(hot.id.to_string()) + heap_bytes(hot.entry);
  bytes_ += bytes - hot.bytes;
  if (hot.is_unsaved) unsaved_bytes_ += bytes - hot.bytes;
  hot.bytes = bytes;
}

void Streams::shrink() {
  while (bytes_ > bytes_at_most_ && !saved_.empty()) {
    bytes_ -= saved_.back().bytes;
    places_.erase(saved_.back().id.to_string());
    saved_.pop_back();
  }
}

// ---- saving

StateChange Streams::take_unsaved(events::Checkpoint checkpoint) {
  StateChange change{.checkpoint = std::move(checkpoint)};
  change.rows.reserve(unsaved_.size());
  for (const Place place : unsaved_) {
    Hot& hot = *place;
    hot.is_unsaved = false;
    hot.is_being_saved = true;
    change.rows.push_back(
        {.stream = hot.id, .entry = write_entry(hot.entry), .concerned = user_concerned(hot.entry.stream.state)});
    for (const RememberedCommand& command : hot.entry.commands.take_unsaved()) {
      change.commands.push_back({.stream = hot.id, .command = command});
    }
  }
  unsaved_bytes_ = 0;
  being_saved_ = std::exchange(unsaved_, {});
  return change;
}

void Streams::note_saved() {
  for (const Place place : std::exchange(being_saved_, {})) {
    Hot& hot = *place;
    hot.is_being_saved = false;
    hot.entry.commands.note_saved();
    weigh(hot);
    if (hot.is_unsaved) continue;
    note_concerned(hot, std::nullopt);
    saved_.splice(saved_.begin(), pinned_, place);
  }
}

}  // namespace taskstream::command
