#include "tests/simulation/judgements.hpp"

#include <algorithm>
#include <array>

#include "events/fold/fields.hpp"
#include "tests/simulation/oracle.hpp"

namespace taskstream::simulation {
namespace {

using namespace command;

// What was made of the request, when it is said to have made an event just now.
const Succeeded* own_success(const Operation& operation) {
  const auto* succeeded = operation.answered<Succeeded>();
  return succeeded != nullptr && succeeded->event_id && !succeeded->replayed ? succeeded : nullptr;
}

// An answer that rests on a state, and appended nothing.
bool rests_on_a_state(const Operation& operation) {
  if (own_success(operation) != nullptr) return false;
  return operation.answered<Succeeded>() != nullptr || operation.answered<Rejection>() != nullptr ||
         operation.answered<VersionConflict>() != nullptr || operation.answered<PreconditionRequired>() != nullptr ||
         operation.answered<KeyReused>() != nullptr || operation.answered<StreamQuarantined>() != nullptr;
}

// ---- what landed

Judgement success_is_accepted(const Operation& operation, const Truth& truth) {
  const Succeeded* succeeded = own_success(operation);
  if (succeeded == nullptr) return std::nullopt;
  const Truth::Accepted* accepted = truth.find(*succeeded->event_id);
  if (accepted == nullptr) return "was told that it succeeded, and its event is not accepted";
  const Version& version = truth.versions(accepted->stream)[accepted->version];
  if (accepted->stream != operation.stream() || version.request != operation.name()) return "was told another's event";
  if (succeeded->event_version != events::StreamVersion{static_cast<std::int64_t>(accepted->version)}) {
    return "was told another version than the one that its event made";
  }
  if (version.step < operation.taken->step || version.step > operation.ended->step) {
    return "was told of success before its record was in the log, or its record came from before it was asked";
  }
  const events::State& made = version.after.state;
  const events::State shown = sees(operation.request.asker, made) ? made : events::State();
  if (!(shown == succeeded->state)) return "was shown a state that is not what its event made, or not theirs to see";
  return std::nullopt;
}

// The accepted events of one stream that were appended for the operation.
std::vector<events::EventId> landed_on(const events::StreamId& stream, const Operation& operation, const Truth& truth) {
  auto landed = truth.accepted_for(operation.name());
  std::erase_if(landed, [&](const events::EventId& id) { return truth.find(id)->stream != stream; });
  return landed;
}

// Refused, or told that nothing happened, or that the outcome is unknown: whatever else was appended for it is void.
Judgement nothing_else_lands(const Operation& operation, const Truth& truth) {
  const auto landed = landed_on(operation.stream(), operation, truth);
  if (landed.empty() || !operation.answer) return landed.size() > 1 ? Judgement("took effect twice") : std::nullopt;
  const auto* unknown = operation.answered<OutcomeUnknown>();
  const Succeeded* succeeded = own_success(operation);
  if (succeeded == nullptr && unknown == nullptr) return "was told that nothing happened, and its event is accepted";
  const events::EventId named = succeeded != nullptr ? *succeeded->event_id : unknown->event_id;
  if (landed.size() > 1 || landed.front() != named) return "took effect by another event than the one it was told";
  return std::nullopt;
}

// What the request comes to where something is to be appended, on whatever the stream beside its own was like until
// this step: its decider may not have heard the newest.
std::optional<Expected> expect_by(const CommandRequest& request, Stand stand, const Truth& truth, std::int64_t step,
                                  events::Instant now) {
  const auto other = other_stream(request);
  static const std::vector<Version> kNone(1);
  for (const Version& version : other ? truth.versions(*other) : kNone) {
    if (version.step > step) break;
    stand.other = &version;
    Expected expected = expect(request, stand, now);
    if (expected.event) return expected;
  }
  return std::nullopt;
}

// The decision was made on the version before its own, whatever the client was told.
Judgement events_were_decided_on_their_version(const Operation& operation, const Truth& truth) {
  // Whoever still knows what the log has lost appends what does not fit, and stops once it learns where it landed.
  if (truth.follows_a_loss() && own_success(operation) == nullptr) return std::nullopt;
  for (const events::EventId& id : landed_on(operation.stream(), operation, truth)) {
    const Truth::Accepted& accepted = *truth.find(id);
    const auto& versions = truth.versions(accepted.stream);
    const Version& version = versions[accepted.version];
    const auto& recorded = version.recorded;
    if (!recorded) return "took effect on a stream that nobody can read any more";
    const auto expected =
        expect_by(operation.request, {versions, accepted.version - 1}, truth, version.step, recorded->context.time);
    if (!expected) return "took effect where it was to be refused, or to change nothing";
    const Succeeded* succeeded = own_success(operation);
    if (succeeded != nullptr && succeeded->merged != expected->merges) return "was told wrongly whether it was merged";
    if (!(*expected->event == recorded->event)) return "took effect otherwise than its stream's version asked for";
    const auto last_time = versions[accepted.version - 1].after.last_time;
    if (last_time && recorded->context.time < *last_time) return "took effect at a time before the version it follows";
  }
  return std::nullopt;
}

// ---- what was answered

// Version v was current from the landing of its record until the landing of the next one's.
Judgement rests_on_a_current_state(const events::StreamId& stream, const Operation& operation, const Truth& truth) {
  const auto& versions = truth.versions(stream);
  const std::size_t known = truth.version_in(stream, operation.answer->fold);
  if (versions[known].step > operation.ended->step) return "was answered on a version that was yet to come";
  if (known + 1 < versions.size() && versions[known + 1].step <= operation.taken->step) {
    return "was answered on version " + std::to_string(known) + " of " + stream.to_string() +
           ", which was old when it was asked";
  }
  return std::nullopt;
}

Judgement answer_rests_on_current_states(const Operation& operation, const Truth& truth) {
  if (!rests_on_a_state(operation) || is_true_for_ever(operation)) return std::nullopt;
  if (auto judgement = rests_on_a_current_state(operation.stream(), operation, truth)) return judgement;
  const auto other = operation.reads ? std::nullopt : other_stream(operation.request);
  return other ? rests_on_a_current_state(*other, operation, truth) : std::nullopt;
}

// Where a log has lost records two who still know them can both apply one key; then either event may be told.
bool replays_one_of_two(const Operation& operation, const Truth& truth) {
  const auto* succeeded = operation.answered<Succeeded>();
  if (!truth.follows_a_loss() || succeeded == nullptr || !succeeded->replayed) return false;
  const Truth::Accepted* accepted = truth.find(*succeeded->event_id);
  if (accepted == nullptr || accepted->stream != operation.stream()) return false;
  const auto& key = truth.versions(accepted->stream)[accepted->version].key;
  return key && key->actor == operation.request.asker.actor && key->command_id == operation.request.key->id;
}

Judgement answer_fits_its_state(const Operation& operation, const Truth& truth) {
  if (!rests_on_a_state(operation) || replays_one_of_two(operation, truth)) return std::nullopt;
  const auto& versions = truth.versions(operation.stream());
  const std::size_t known = truth.version_in(operation.stream(), operation.answer->fold);
  const Result& answer = operation.answer->result;
  if (operation.reads) {
    return same(answer, expect_read(operation.request, versions[known]))
               ? std::nullopt
               : Judgement("was read something that is not there");
  }
  Stand stand{.versions = versions, .version = known, .follows_a_loss = truth.follows_a_loss()};
  if (const auto other = other_stream(operation.request)) {
    stand.other = &truth.versions(*other)[truth.version_in(*other, operation.answer->fold)];
  }
  // Some rules look at the clock, which moved on between the request's coming and its answer.
  const bool fits = std::ranges::any_of(std::array{*operation.taken, *operation.ended}, [&](const Moment& moment) {
    const events::Instant now = std::max(moment.wall, versions[known].after.last_time.value_or(moment.wall));
    const Expected expected = expect(operation.request, stand, now);
    return expected.answer && same(answer, *expected.answer);
  });
  return fits ? std::nullopt : Judgement("was answered otherwise than version " + std::to_string(known) + " asks for");
}

Judgement fold_covers_what_it_must(const Operation& operation, const Truth& truth) {
  if (!operation.answer) return std::nullopt;
  const events::PositionVector& fold = operation.answer->fold;
  const bool is_covered = fold.covers(operation.request.at_least);
  if (operation.answered<BehindToken>() != nullptr) {
    return is_covered ? Judgement("was told that the fold is behind its token, and it is not") : std::nullopt;
  }
  const Succeeded* succeeded = own_success(operation);
  if (succeeded == nullptr && !rests_on_a_state(operation)) return std::nullopt;
  if (!is_covered) return "was answered on less than its token asks for";
  if (succeeded == nullptr) return std::nullopt;
  const auto version = static_cast<std::int64_t>(truth.version_in(operation.stream(), fold));
  return version == succeeded->event_version->value ? std::nullopt
                                                    : Judgement("got a token that does not fit its own event");
}

Judgement unknown_names_what_may_land(const Operation& operation, const Truth& truth) {
  const auto* unknown = operation.answered<OutcomeUnknown>();
  if (unknown == nullptr) return std::nullopt;
  const auto named = std::ranges::find(operation.appended, unknown->event_id, &Operation::Appended::id);
  if (named == operation.appended.end()) return "was told an event that was not appended for it";
  // Whoever knew what the log has lost, knew another version.
  if (truth.find(named->id) != nullptr || truth.follows_a_loss()) return std::nullopt;
  const auto known = static_cast<std::int64_t>(truth.version_in(named->stream, operation.answer->fold));
  return known < named->version.value
             ? std::nullopt
             : Judgement("was told that an event may land whose version was known to be taken");
}

Judgement contended_has_tried(const Operation& operation, const Truth&) {
  const bool tried = std::ssize(operation.appended) >= kAttempts;
  if (operation.answered<Contended>() == nullptr || tried) return std::nullopt;
  return "was told that others were always first after too few attempts";
}

// An address that nobody else has, on the way to the user's own record.
Judgement claims_what_it_wants(const Operation& operation, const Truth& truth) {
  const auto wanted = operation.reads ? std::nullopt : other_stream(operation.request);
  for (const events::EventId& id : truth.accepted_for(operation.name())) {
    const Truth::Accepted& accepted = *truth.find(id);
    if (accepted.stream == operation.stream()) continue;
    if (operation.answered<LogUnavailable>() != nullptr) return "was told that nothing was appended, and its claim was";
    if (accepted.stream != wanted) return "had something appended where it has no business";
    const Version& claimed = truth.versions(accepted.stream)[accepted.version];
    const auto* claim = std::get_if<events::EmailClaimed>(&claimed.recorded->event);
    if (claim == nullptr || events::StreamId::of(claim->user_id) != operation.stream()) return "claimed for another";
    if (claimed.key) return "had its key carried by the claim, which is not what it asked for";
    const auto* before =
        std::get_if<events::EmailState>(&truth.versions(accepted.stream)[accepted.version - 1].after.state);
    if (before == nullptr || !before->claimed_by) continue;
    if (before->claimed_by != claim->user_id) return "took an address from somebody else";
    if (before->user_version >= claim->user_version) return "claimed an address over the same or a later claim";
  }
  return std::nullopt;
}

// An item of a batch that expects "previous" comes right after the item before it, or not at all when others were in
// between; unless it may be merged with what they have done.
Judgement follows_its_batch(const Operation& operation, const Truth& truth) {
  const auto& event = operation.follows ? operation.follows->before : std::nullopt;
  const Truth::Accepted* before = event ? truth.find(*event) : nullptr;
  if (before == nullptr || operation.request.merge_conflicts) return std::nullopt;
  for (const events::EventId& id : landed_on(operation.stream(), operation, truth)) {
    if (truth.find(id)->version != before->version + 1)
      return "took effect elsewhere than right after its batch's last";
  }
  return std::nullopt;
}

// Nor does it touch what others have changed since its sender saw the stream last, in any version between that one and
// its own.
Judgement leaves_alone_what_was_not_seen(const Operation& operation, const Truth& truth) {
  if (!operation.follows || truth.follows_a_loss()) return std::nullopt;
  const auto& [before, seen, was_named, own] = *operation.follows;
  for (const events::EventId& id : landed_on(operation.stream(), operation, truth)) {
    const auto& versions = truth.versions(operation.stream());
    const std::size_t made = truth.find(id)->version;
    for (auto v = static_cast<std::size_t>(seen.value) + 1; v < made; ++v) {
      if (std::ranges::find(own, versions[v].event_id) != own.end()) continue;
      if (!versions[v].recorded || !versions[made].recorded) continue;
      const events::Event& event = versions[made].recorded->event;
      if (std::holds_alternative<events::TaskDeleted>(event)) return "deleted what its batch's sender had not seen";
      const auto theirs = events::fields_changed_by(versions[v].recorded->event);
      const auto fields = events::fields_changed_by(event);
      if (std::ranges::find_first_of(theirs, fields) != theirs.end()) {
        return "changed what others had changed, unseen by its batch's sender, in version " + std::to_string(v);
      }
    }
  }
  return std::nullopt;
}

Judgement appends_nothing_after_its_deadline(const Operation& operation, const Truth&) {
  // The command's own time begins only when the fold has reached its tokens.
  if (!operation.taken || operation.waits_for_tokens) return std::nullopt;
  const Time due = operation.taken->time + operation.request.timeout;
  const bool is_late = std::ranges::any_of(operation.appended, [due](const auto& event) { return event.time > due; });
  return is_late ? Judgement("had an event appended after its time was over") : std::nullopt;
}

constexpr Judge kJudges[] = {
    success_is_accepted,
    nothing_else_lands,
    answer_rests_on_current_states,
    answer_fits_its_state,
    events_were_decided_on_their_version,
    fold_covers_what_it_must,
    unknown_names_what_may_land,
    contended_has_tried,
    claims_what_it_wants,
    follows_its_batch,
    leaves_alone_what_was_not_seen,
    appends_nothing_after_its_deadline,
};

}  // namespace

std::span<const Judge> all_judges() {
  return kJudges;
}

bool is_true_for_ever(const Operation& operation) {
  const bool keeps_sight = operation.request.asker.reach != Reach::OwnTasks || operation.stream().kind() != "task";
  if (const auto* conflict = operation.answered<VersionConflict>()) {
    return keeps_sight && !operation.request.merge_conflicts && conflict->expected &&
           *conflict->expected < events::version_of(conflict->current);
  }
  const auto* succeeded = operation.answered<Succeeded>();
  const bool is_replayed = succeeded != nullptr && succeeded->replayed && keeps_sight;
  return is_replayed || operation.answered<StreamQuarantined>() != nullptr;
}

}  // namespace taskstream::simulation
