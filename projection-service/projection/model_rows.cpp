#include "projection-service/projection/model_rows.hpp"

#include <set>
#include <utility>

#include "projection-service/projection/project.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/state_text.hpp"

namespace taskstream::projection {
namespace {

// The task as its history keeps it, when this version is one of those that are kept.
std::optional<std::string> kept_whole(const events::Stream& stream) {
  if (stream.version.value % kVersionsPerState != 0) return std::nullopt;
  return state_text(stream.state, std::nullopt);
}

}  // namespace

ModelRows::ModelRows(Writer& writer, std::size_t cache_bytes, ModelDigests* digests)
    : writer_(writer), digests_(digests), cache_(cache_bytes) {
  start_over();
}

void ModelRows::start_over() {
  forget();
  next_no_ = writer_.next_stream_no();
}

void ModelRows::forget() {
  dirty_.clear();
  cache_.clear();
}

CachedStream& ModelRows::load(const events::StreamId& id) {
  if (CachedStream* known = cache_.find(id.to_string())) return *known;
  CachedStream cached{.key = id.to_string()};
  if (auto stored = writer_.find_stream(cached.key)) {
    cached.no = stored->no;
    cached.has_row = true;
    cached.has_task_row = std::holds_alternative<events::TaskState>(stored->stream.state);
    if (digests_ != nullptr) cached.stored_digest = digest_of(cached.key, *stored);
    cached.changed_at = stored->changed_at;
    cached.stream = std::move(stored->stream);
  }
  return cache_.add(std::move(cached));
}

CachedStream& ModelRows::restore(const std::string& key, StreamNo no, events::Stream stream) {
  const bool has_task_row = std::holds_alternative<events::TaskState>(stream.state);
  CachedStream& cached =
      cache_.add({.key = key, .no = no, .stream = std::move(stream), .has_row = true, .has_task_row = has_task_row});
  note_version(cached, cached.stream.state);
  cached.task_changed = true;
  cached.user_changed = true;
  return cached;
}

void ModelRows::note_version(CachedStream& cached, const events::State& before) {
  if (cached.dirty) return;
  cached.dirty = true;
  cached.stored_tags = listed_tags(before);
  if (!cached.has_row) cached.no = std::exchange(next_no_, StreamNo{next_no_.value + 1});
  dirty_.push_back(&cached);
}

void ModelRows::note_event(CachedStream& cached, const events::State& before, const events::RecordedEvent& event,
                           events::Position at) {
  note_text(cached, before);
  cached.user_changed = std::holds_alternative<events::UserState>(cached.stream.state);
  if (std::holds_alternative<events::TaskState>(cached.stream.state)) note_task(cached, before, event, at);
}

void ModelRows::note_task(CachedStream& cached, const events::State& before, const events::RecordedEvent& event,
                          events::Position at) {
  const auto& after = std::get<events::TaskState>(cached.stream.state);
  const auto* task_before = std::get_if<events::TaskState>(&before);
  cached.task_changed = true;
  cached.changed_at = at;
  cached.changed_columns |= task_before != nullptr ? changed_columns(*task_before, after) : TaskColumns::kAll;
  const events::Instant time = *cached.stream.last_time;
  const HistoryRow row{.stream = cached.no,
                       .version = cached.stream.version,
                       .time = time,
                       .item = history_item(event, before, after, time, at),
                       .state = kept_whole(cached.stream)};
  if (digests_ != nullptr) digests_->history.add(digest_of(row));
  writer_.add_history(row);
  if (const auto lost = sight_lost(before, after)) {
    lose_sight({.stream = cached.no, .member = lost->member, .at = at, .version = after.version});
  }
  cache_.weigh(cached);
}

void ModelRows::note_quarantine(CachedStream& cached, events::Position at) {
  cached.user_changed = true;
  if (!std::holds_alternative<events::TaskState>(cached.stream.state)) return;
  cached.task_changed = true;
  cached.changed_at = at;
}

// The first change of the text in a transaction knows what the rows have.
void ModelRows::note_text(CachedStream& cached, const events::State& before) {
  if (cached.text_changed || have_same_text(before, cached.stream.state)) return;
  cached.text_changed = true;
  cached.stored_text = searched_text(before);
}

// What is lost by one member stands once for them; what everybody loses, for all.
void ModelRows::lose_sight(const SightLostRow& row) {
  if (digests_ != nullptr) {
    for (const SightLostRow& replaced : writer_.sights_lost(row.stream)) {
      if (!row.member || replaced.member == row.member) digests_->sights.remove(digest_of(replaced));
    }
    digests_->sights.add(digest_of(row));
  }
  writer_.lose_sight(row);
}

void ModelRows::park(ParkedRow row) {
  if (digests_ != nullptr) digests_->parked.add(digest_of(row));
  writer_.park(row);
}

void ModelRows::write() {
  for (CachedStream* cached : dirty_) write(*cached);
  dirty_.clear();
}

void ModelRows::write(CachedStream& cached) {
  if (digests_ != nullptr) add_to_digests(cached);
  cached.has_row ? writer_.update_stream(cached.no, cached.stream)
                 : writer_.add_stream(cached.no, cached.key, cached.stream);
  cached.has_row = true;
  if (cached.task_changed && std::holds_alternative<events::TaskState>(cached.stream.state)) {
    cached.has_task_row ? writer_.update_task(cached.no, cached.stream, cached.changed_columns, cached.changed_at)
                        : writer_.add_task(cached.no, cached.stream, cached.changed_at);
    writer_.replace_tags(cached.no, cached.stored_tags, listed_tags(cached.stream.state));
    cached.has_task_row = true;
  }
  write_user_and_text(cached);
  cached.dirty = false;
  cached.task_changed = false;
  cached.changed_columns = 0;
  cached.stored_tags.clear();
  cache_.weigh(cached);
}

void ModelRows::write_user_and_text(CachedStream& cached) {
  const bool is_user = std::holds_alternative<events::UserState>(cached.stream.state);
  if (cached.user_changed && is_user) writer_.put_user(cached.no, cached.stream);
  if (cached.text_changed) {
    writer_.replace_words(is_user ? Words::OfUsers : Words::OfTasks, cached.no, cached.stored_text,
                          searched_text(cached.stream.state));
  }
  cached.user_changed = false;
  cached.text_changed = false;
  cached.stored_text.reset();
}

// As its rows are going to be, instead of as they were.
void ModelRows::add_to_digests(CachedStream& cached) {
  if (cached.has_row) digests_->streams.remove(cached.stored_digest);
  cached.stored_digest =
      digest_of(cached.key, {.no = cached.no, .stream = cached.stream, .changed_at = cached.changed_at});
  digests_->streams.add(cached.stored_digest);
  const auto unique = [](const std::vector<std::string>& tags) {
    return std::set<std::string>(tags.begin(), tags.end());
  };
  for (const std::string& tag : unique(cached.stored_tags)) digests_->tags.remove(digest_of_tag(tag, cached.no));
  for (const std::string& tag : unique(listed_tags(cached.stream.state))) {
    digests_->tags.add(digest_of_tag(tag, cached.no));
  }
}

}  // namespace taskstream::projection
