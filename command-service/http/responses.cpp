#include "command-service/http/responses.hpp"

#include <boost/algorithm/string/join.hpp>
#include <utility>
#include <vector>

#include "events/contract/event_json.hpp"
#include "events/fold/state_json.hpp"

namespace taskstream::command {
namespace {

using http::Problem;
using http::Status;
using Json = nlohmann::ordered_json;

// Seconds after which trying again has a chance.
constexpr const char* kSoon = "1";
constexpr const char* kLater = "5";

Problem retry_after(Problem problem, const char* seconds) {
  problem.headers.emplace_back("Retry-After", seconds);
  return problem;
}

struct ToProblem {
  http::FieldError::Location values_in;

  Problem operator()(const TaskIsMissing&) const { return http::not_found(); }

  Problem operator()(const TaskIsDeleted&) const {
    return {.status = Status::gone,
            .code = "GONE",
            .detail = "The task was deleted, and its id is never used again. Create another one."};
  }

  Problem operator()(const TaskMayOnlyBeClaimed&) const {
    return http::plain_problem(Status::forbidden,
                               "The task is neither one that you created nor one that you have. Nobody has it, so you "
                               "may claim it by POST to its /claim, and then change it.");
  }

  Problem operator()(const ValuesAreInvalid& invalid) const {
    std::vector<http::FieldError> errors;
    for (const InvalidValue& value : invalid.values) errors.push_back({value.field, value.reason, values_in});
    return http::validation_failed(std::move(errors));
  }

  Problem operator()(const TaskIsLocked& lock) const {
    return {
        .status = Status::locked,
        .code = "LOCKED",
        .detail =
            "Only the holder of the lock may change the task. Wait until it is released, or for a moment longer than "
            "until it has expired, since clocks differ.",
        .members = {{"holder", lock.holder}, {"expiresAt", events::format_instant(lock.expires_at)}}};
  }

  Problem operator()(const TransitionIsIllegal& transition) const {
    std::vector<std::string> allowed;
    for (const events::Status status : transition.allowed) allowed.emplace_back(events::to_string(status));
    return {.status = Status::conflict,
            .code = "ILLEGAL_TRANSITION",
            .detail = "From " + std::string(events::to_string(transition.from)) + " a task can only go to " +
                      boost::join(allowed, ", ") + ".",
            .members = {{"from", events::to_string(transition.from)},
                        {"to", events::to_string(transition.to)},
                        {"allowed", allowed}}};
  }

  Problem operator()(const TaskIsClosed&) const {
    return {.status = Status::conflict,
            .code = "TASK_CLOSED",
            .detail = "The task is completed or cancelled. Reopen it by POST to its /status before changing it."};
  }

  Problem operator()(const TaskIsAssigned&) const {
    return {.status = Status::conflict,
            .code = "ALREADY_ASSIGNED",
            .detail = "Somebody else has the task. Choose another one, or wait until it is given back."};
  }

  Problem operator()(const TaskHasNoDueDate&) const {
    return {.status = Status::conflict,
            .code = "NO_DUE_DATE",
            .detail = "The task has no due date that could be moved. Set one by PATCH."};
  }

  Problem operator()(const UserIsMissing&) const { return http::not_found(); }

  Problem operator()(const UserIsInactive&) const {
    return {.status = Status::conflict,
            .code = "USER_INACTIVE",
            .detail = "The user is deactivated and takes no tasks. Choose another one, or reactivate them first."};
  }

  Problem operator()(const EmailIsTaken&) const {
    return {.status = Status::conflict,
            .code = "EMAIL_TAKEN",
            .detail = "The e-mail address belongs to another user, who may be deactivated. Choose another address."};
  }
};

// What is there is not theirs to see: whatever is told of it would tell too much.
Problem id_taken(const VersionConflict& conflict) {
  return {.status = Status::precondition_failed,
          .code = "VERSION_CONFLICT",
          .detail = "The id is taken. Choose another one.",
          .members = {{"expectedVersion", conflict.expected ? Json(conflict.expected->value) : Json(nullptr)},
                      {"changes", Json::array()},
                      {"conflictingFields", Json::array()},
                      {"mergeable", false}}};
}

Json json_of(const FieldChange& change) {
  return {{"field", events::to_string(change.field)},
          {"version", change.version.value},
          {"actor", change.actor},
          {"time", events::format_instant(change.time)}};
}

}  // namespace

Problem to_problem(const Rejection& rejection, http::FieldError::Location values_in) {
  return std::visit(ToProblem{values_in}, rejection);
}

Problem version_conflict(const VersionConflict& conflict) {
  if (std::holds_alternative<std::monostate>(conflict.current)) return id_taken(conflict);
  Json changes = Json::array();
  for (const FieldChange& change : conflict.changes) changes.push_back(json_of(change));
  Json conflicting = Json::array();
  for (const events::Field field : conflict.conflicting) conflicting.push_back(events::to_string(field));
  const std::string what = std::holds_alternative<events::UserState>(conflict.current) ? "The user" : "The task";
  const std::string tag = "\"" + std::to_string(events::version_of(conflict.current).value) + "\"";
  const std::string instead =
      conflict.mergeable ? "Nobody has changed the same fields: send it with Prefer: conflict=merge as well, or "
                         : "Look at `current`, decide again, and ";
  return {.status = Status::precondition_failed,
          .code = "VERSION_CONFLICT",
          .detail = what + " is not at the version that the request expects. " + instead +
                    "send the request with If-Match: " + tag + ".",
          .members = {{"expectedVersion", conflict.expected ? Json(conflict.expected->value) : Json(nullptr)},
                      {"currentVersion", events::version_of(conflict.current).value},
                      {"changes", std::move(changes)},
                      {"conflictingFields", std::move(conflicting)},
                      {"mergeable", conflict.mergeable}},
          .json_members = {{"current", events::state_json(conflict.current)}}};
}

Problem precondition_required() {
  return {.status = Status::precondition_required,
          .code = "PRECONDITION_REQUIRED",
          .detail =
              "Say which version the change is for: If-Match with the ETag that was read, If-Match: * to overwrite on "
              "purpose, or If-None-Match: * to create. What is relative takes an Idempotency-Key as well, but no *."};
}

Problem idempotency_key_reused() {
  return {.status = Status::unprocessable_entity,
          .code = "IDEMPOTENCY_KEY_REUSED",
          .detail = "This Idempotency-Key came with another request before. Use a new key for a new request."};
}

Problem in_progress() {
  return retry_after(
      {.status = Status::conflict,
       .code = "IN_PROGRESS",
       .detail = "The first request with this Idempotency-Key is still under way. Ask again in a moment."},
      kSoon);
}

Problem skipped() {
  return {.status = Status::failed_dependency,
          .code = "SKIPPED",
          .detail =
              "An earlier command of the batch on the same task or user did not succeed, so this one was not tried. "
              "Settle that one, then send this one again."};
}

Problem token_unknown(events::FreshnessError error) {
  return {.status = Status::bad_request, .code = "TOKEN_UNKNOWN", .detail = std::string(events::explain(error))};
}

Problem contended() {
  return retry_after(
      {.status = Status::service_unavailable,
       .code = "CONTENDED",
       .detail = "Others were faster each time before this change could be made. Nothing happened; try again."},
      kSoon);
}

Problem log_unavailable(const std::string& reason) {
  return retry_after(
      {.status = Status::service_unavailable,
       .code = "LOG_UNAVAILABLE",
       .detail = "The log cannot be written at the moment (" + reason + "). Nothing happened; try again."},
      kLater);
}

Problem behind_token(std::int64_t lag_records) {
  return retry_after(
      {.status = Status::service_unavailable,
       .code = "READ_MODEL_BEHIND",
       .detail = "This instance has not yet read up to the Consistency-Token. Nothing happened; try again.",
       .members = {{"lagRecords", lag_records}}},
      kSoon);
}

Problem too_many_wait() {
  return retry_after({.status = Status::service_unavailable,
                      .code = "SERVICE_UNAVAILABLE",
                      .detail = "As many requests wait here as may. Try again, or ask another instance."},
                     kSoon);
}

Problem stream_quarantined(const events::Quarantine& quarantine) {
  return retry_after({.status = Status::service_unavailable,
                      .code = "STREAM_QUARANTINED",
                      .detail = "Since version " + std::to_string(quarantine.version.value) +
                                " its history holds what this release cannot read (" + quarantine.reason +
                                "). Nothing happened; it takes a newer release.",
                      .members = {{"version", quarantine.version.value}, {"reason", quarantine.reason}}},
                     kLater);
}

Problem starting() {
  return retry_after({.status = Status::service_unavailable,
                      .code = "STARTING",
                      .detail = "The service is still reading the log. Nothing happened; try again."},
                     kSoon);
}

Problem outcome_unknown(const events::EventId& event_id) {
  return {.status = Status::gateway_timeout,
          .code = "OUTCOME_UNKNOWN",
          .detail =
              "The log did not say in time whether it took the change, so it may yet happen. Repeat the request with "
              "the same Idempotency-Key, or read what came of it.",
          .members = {{"eventId", event_id.to_string()}}};
}

}  // namespace taskstream::command
