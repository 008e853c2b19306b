#include "projection-service/http/task_stream.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "projection-service/http/resumed_change.hpp"
#include "projection-service/readmodel/task_match.hpp"

namespace taskstream::projection {
namespace {

constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::int64_t kRowsAtOnce = 50;
constexpr std::size_t kBytesAtOnce = 64 * 1024;
constexpr std::size_t kKeptCapacity = 16 * 1024;  // of a buffer between two writes: streams are many, mostly silent

}  // namespace

TaskStream::TaskStream(Reader& reader, http::BodyStream& body, const boost::asio::any_io_executor& executor,
                       Options options)
    : reader_(reader),
      body_(body),
      lane_(reader.lane(executor)),
      sleeper_(executor),
      options_(std::move(options)),
      heartbeat_(Clock::now() + kHeartbeat) {
  at_ = options_.since ? *options_.since : events::ChangeToken{.seen = reader_.side().changes().newest(), .walk = {}};
}

std::string TaskStream::id() const {
  return events::encode_change_token(reader_.side().log()->log_id, at_);
}

boost::asio::awaitable<void> TaskStream::run() {
  body_.on_end([this] { sleeper_.wake(); });
  append_comment(frames_, "stream", id());
  Next next = options_.since ? Next::Rows : find_place();
  if (!co_await send()) next = Next::End;
  while (next != Next::End && !body_.should_end()) {
    if (!options_.standing.holds()) {
      append_comment(frames_, "auth", id());
      co_await send();
      break;
    }
    next = next == Next::Rows ? co_await read_rows() : co_await follow_hub();
  }
  body_.on_end({});
}

boost::asio::awaitable<TaskStream::Next> TaskStream::read_rows() {
  const ChangeQuery query{.since = at_, .sight = options_.sight, .limit = kRowsAtOnce, .with_spans = true};
  const auto page = reader_.run([&](TaskQueries& queries) { return queries.changes(query); });
  if (!page) co_return co_await resync();
  for (const ChangedTask& changed : page->items) add(changed);
  at_ = page->next;
  add_heartbeat_when_due();
  if (!co_await send()) co_return Next::End;
  if (page->more) {
    // Other requests of this worker have their turn.
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    co_return Next::Rows;
  }
  co_return find_place();
}

TaskStream::Next TaskStream::find_place() {
  const auto place = reader_.side().changes().find(at_.seen);
  if (!place) return Next::Rows;
  place_ = *place;
  return Next::Hub;
}

boost::asio::awaitable<TaskStream::Next> TaskStream::follow_hub() {
  const auto taken = reader_.side().changes().take(place_, kBytesAtOnce);
  if (!taken) {
    switch (taken.error()) {
      case ChangeHub::Lost::Fallen:
        co_return co_await resync();
      case ChangeHub::Lost::Gap:
        co_return Next::Rows;
    }
  }
  for (const auto& change : taken->changes) add(*change);
  if (taken->newest) at_.seen.advance(*taken->newest);
  add_heartbeat_when_due();
  // News that came while something was sent has woken nobody: look again before sleeping.
  if (!frames_.empty()) co_return co_await send() ? Next::Hub : Next::End;
  if (taken->newest && !body_.should_end()) co_await lane_->wait(sleeper_, next_look());
  co_return Next::Hub;
}

void TaskStream::add(const ChangedTask& changed) {
  std::string id = events::encode_change_token(reader_.side().log()->log_id, changed.next);
  // Whether what has left did match nobody knows any more; to be told of an unknown task harms no client.
  if (changed.gone == ChangedTask::Gone::Left) return append_left(frames_, id, changed.id, changed.version);
  const ResumedChange resumed = resumed_change(changed, std::move(id));
  const bool matches_now = matches(options_.filter, resumed.after);
  const bool matched = resumed.before && matches(options_.filter, *resumed.before);
  if (!matches_now && !matched) return;
  append_frame(frames_, resumed.text, matches_now, resumed.after.deleted);
}

void TaskStream::add(const StreamedChange& change) {
  if (at_.seen.covers(change.position)) return;
  at_.seen.advance(change.position.partition, change.position.offset + 1);
  const Sight& sight = options_.sight;
  const bool seen_before = change.before && sight.sees(*change.before);
  const bool seen_now = sight.sees(change.after);
  const bool matched = seen_before && matches(options_.filter, *change.before);
  const bool matches_now = seen_now && matches(options_.filter, change.after);
  if (!matched && !matches_now) return;
  if (!seen_now) return append_left(frames_, change.text.id, change.after.id.uuid(), change.after.version.value);
  append_frame(frames_, change.text, matches_now, change.after.deleted);
}

void TaskStream::add_heartbeat_when_due() {
  const auto now = Clock::now();
  if (now < heartbeat_) return;
  heartbeat_ = now + kHeartbeat;
  append_comment(frames_, "still here", id());
}

TaskStream::Clock::time_point TaskStream::next_look() const {
  const auto remaining = options_.standing.remaining();
  return remaining ? std::min(heartbeat_, Clock::now() + *remaining) : heartbeat_;
}

boost::asio::awaitable<bool> TaskStream::send() {
  if (frames_.empty()) co_return true;
  const bool sent = co_await body_.write(frames_);
  if (!sent && body_.was_too_slow()) ++reader_.side().streams().stalled;
  frames_.clear();
  if (frames_.capacity() > kKeptCapacity) frames_.shrink_to_fit();
  co_return sent;
}

boost::asio::awaitable<TaskStream::Next> TaskStream::resync() {
  append_resync(frames_, id());
  // Who does not take even that has stalled, and is counted as such.
  if (co_await send()) ++reader_.side().streams().fell_back;
  co_return Next::End;
}

}  // namespace taskstream::projection
