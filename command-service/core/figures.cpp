#include "command-service/core/figures.hpp"

namespace taskstream::command {
namespace {

struct OutcomeOf {
  Outcome operator()(const Succeeded& success) const {
    if (success.replayed) return Outcome::Replayed;
    if (!success.event_id) return Outcome::Unchanged;
    return success.merged ? Outcome::Merged : Outcome::Applied;
  }
  Outcome operator()(const Rejection&) const { return Outcome::Rejected; }
  Outcome operator()(const VersionConflict& conflict) const {
    return conflict.mergeable ? Outcome::MergeableConflict : Outcome::Conflict;
  }
  Outcome operator()(const PreconditionRequired&) const { return Outcome::PreconditionMissing; }
  Outcome operator()(const KeyReused&) const { return Outcome::KeyReused; }
  Outcome operator()(const StillRunning&) const { return Outcome::StillRunning; }
  Outcome operator()(const Contended&) const { return Outcome::Contended; }
  Outcome operator()(const LogUnavailable&) const { return Outcome::LogUnavailable; }
  Outcome operator()(const BehindToken&) const { return Outcome::BehindToken; }
  Outcome operator()(const StreamQuarantined&) const { return Outcome::Quarantined; }
  Outcome operator()(const NotReady&) const { return Outcome::NotReady; }
  Outcome operator()(const OutcomeUnknown&) const { return Outcome::Unknown; }
};

}  // namespace

void Durations::note(SteadyTime::duration took) {
  for (std::size_t bucket = 0; bucket < kUpTo.size(); ++bucket) {
    if (took <= kUpTo[bucket]) ++up_to_[bucket];
  }
  ++count_;
  sum_ += took;
}

Outcome outcome_of(const Result& result) {
  return std::visit(OutcomeOf(), result);
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Applied:
      return "applied";
    case Outcome::Merged:
      return "merged";
    case Outcome::Unchanged:
      return "unchanged";
    case Outcome::Replayed:
      return "replayed";
    case Outcome::Rejected:
      return "rejected";
    case Outcome::Conflict:
      return "conflict";
    case Outcome::MergeableConflict:
      return "mergeable_conflict";
    case Outcome::PreconditionMissing:
      return "precondition_missing";
    case Outcome::KeyReused:
      return "key_reused";
    case Outcome::StillRunning:
      return "still_running";
    case Outcome::Contended:
      return "contended";
    case Outcome::LogUnavailable:
      return "log_unavailable";
    case Outcome::BehindToken:
      return "behind_token";
    case Outcome::Quarantined:
      return "quarantined";
    case Outcome::NotReady:
      return "not_ready";
    case Outcome::Unknown:
      return "unknown";
  }
  return {};
}

}  // namespace taskstream::command
