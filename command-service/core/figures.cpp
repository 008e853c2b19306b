#include "command-service/core/figures.hpp"

namespace taskstream::command {
namespace {

constexpr std::array<std::string_view, kCommands> kCommandNames = {
    "create_task",   "edit_task",     "postpone_task",   "change_status",  "assign_task",
    "claim_task",    "unassign_task", "lock_task",       "unlock_task",    "delete_task",
    "register_user", "edit_user",     "deactivate_user", "reactivate_user"};

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
  Outcome operator()(const TooManyWait&) const { return Outcome::NotReady; }  // reads alone are answered so
  Outcome operator()(const StreamQuarantined&) const { return Outcome::Quarantined; }
  Outcome operator()(const NotReady&) const { return Outcome::NotReady; }
  Outcome operator()(const OutcomeUnknown&) const { return Outcome::Unknown; }
};

}  // namespace

std::size_t command_index(const Command& command) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) return of_task->index();
  return std::variant_size_v<TaskCommand> + std::get<UserCommand>(command).index();
}

std::string_view command_name(std::size_t index) {
  return kCommandNames[index];
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
