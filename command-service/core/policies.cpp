#include "command-service/core/policies.hpp"

#include <utility>

#include "command-service/domain/duty.hpp"

namespace taskstream::command {
namespace {

// Stands behind every stream of a user: what follows it is the next user's.
constexpr const char* kBehindAll = "~";

std::optional<Duty> duty_on(Streams& streams, const events::StreamId& stream) {
  const StreamEntry* entry = streams.find(stream);
  if (entry == nullptr || entry->stream.quarantine) return std::nullopt;
  const auto user_id = user_concerned(entry->stream.state);
  if (!user_id) return std::nullopt;
  const StreamEntry* user = streams.find(events::StreamId::of(*user_id));
  UserStanding standing;
  if (user != nullptr) {
    if (user->stream.quarantine) return std::nullopt;  // nobody knows how they stand
    standing = {.version = user->stream.version, .state = std::get_if<events::UserState>(&user->stream.state)};
  }
  return find_duty(stream, entry->stream.state, standing);
}

// Whether the event may leave a duty on the streams that concern its user.
bool changes_standing(const events::Event& event) {
  if (const auto* edited = std::get_if<events::UserEdited>(&event)) return edited->changes.email.has_value();
  return std::holds_alternative<events::UserDeactivated>(event) ||
         std::holds_alternative<events::UserRegistered>(event) ||
         std::holds_alternative<events::UserClaimLapsed>(event);
}

}  // namespace

void Policies::begin() {
  has_begun_ = true;
  walks_.emplace(SteadyTime::min(), Walk{});
}

void Policies::on_event(const events::RecordedEvent& event, SteadyTime now) {
  if (!has_begun_) return;
  if (event.stream.kind() == "user") {
    if (!changes_standing(event.event)) return;
    const auto user = *events::UserId::parse(event.stream.id());
    walks_.emplace(now + delay_of(event), Walk{.at = {.user = user}, .within_user = true, .cause = event.id});
  } else if (const auto duty = duty_on(streams_, event.stream)) {
    // The user's record is mostly on its way.
    const auto delay = duty->is_on_user ? options_.patience + delay_of(event) : delay_of(event);
    raised_.emplace(now + delay, Duty{.stream = event.stream, .cause = event.id});
  }
}

void Policies::on_claim_given_up(const events::StreamId& address, const events::EventId& claim) {
  raised_.emplace(SteadyTime::min(), Duty{.stream = address, .cause = claim});
}

std::vector<Policies::Duty> Policies::take_due(SteadyTime now) {
  std::vector<Duty> due;
  while (!is_full() && !raised_.empty() && raised_.begin()->first <= now) {
    take(due, raised_.extract(raised_.begin()).mapped());
  }
  for (std::size_t steps = 0; steps < options_.steps; ++steps) {
    if (is_full() || walks_.empty() || walks_.begin()->first > now) break;
    if (!step(walks_.begin()->second, due)) walks_.erase(walks_.begin());
  }
  return due;
}

void Policies::on_done(const events::StreamId& stream, std::optional<SteadyTime> again_at) {
  const auto done = under_way_.extract(stream);
  if (again_at) raised_.emplace(*again_at, Duty{.stream = stream, .cause = done.mapped()});
}

void Policies::take(std::vector<Duty>& due, Duty duty) {
  if (!asks_for_something(duty.stream) || !under_way_.emplace(duty.stream, duty.cause).second) return;
  due.push_back(std::move(duty));
}

// Looks at the next stream of the walk. False when there is none any more.
bool Policies::step(Walk& walk, std::vector<Duty>& due) {
  auto next = streams_.concern_after(walk.at);
  if (!next || (walk.within_user && next->user != walk.at.user)) return false;
  walk.at = *std::move(next);
  const auto stream = *events::StreamId::parse(walk.at.stream);
  if (asks_for_something(stream)) {
    take(due, {.stream = stream, .cause = walk.cause.value_or(streams_.find(stream)->last_event_id)});
  } else if (stream.kind() == "task" && !streams_.find(stream)->stream.quarantine) {
    walk.at.stream = kBehindAll;  // one open task that can be read tells of all others of the user
  }
  return true;
}

bool Policies::asks_for_something(const events::StreamId& stream) {
  return duty_on(streams_, stream).has_value();
}

// All instances see the same event. Who appended it acts at once, and the others would only lose the race.
SteadyTime::duration Policies::delay_of(const events::RecordedEvent& event) const {
  if (event.context.source == options_.source) return SteadyTime::duration::zero();
  const auto jitter = options_.others_first * options_.random()[0] / 255;
  return options_.others_first + jitter;
}

}  // namespace taskstream::command
