#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "command-service/http/responses.hpp"
#include "tests/support/request.hpp"

// Each problem that the command-service answers by itself, with the values of the one cast.
namespace taskstream::command {

// The problem as a client reads it.
inline nlohmann::json document(const http::Problem& problem) {
  return nlohmann::json::parse(http::to_response(problem, examples::request_on_task(http::Verb::patch)).body);
}

inline std::string retry_after(const http::Problem& problem) {
  return http::to_response(problem, examples::request_on_task(http::Verb::patch)).fields["Retry-After"];
}

// A task that ben changed after version 6, on which ann's request was made.
inline VersionConflict conflict() {
  const events::TaskState task{.id = examples::kTask,
                               .title = "Write the long guide",
                               .version = {7},
                               .created_at = examples::kYesterday,
                               .created_by = examples::kActor,
                               .updated_at = examples::kNow,
                               .updated_by = examples::kSomebodyElse};
  const FieldChange retitled{
      .field = events::Field::Title, .version = {7}, .actor = examples::kSomebodyElse, .time = examples::kNow};
  return {.expected = events::StreamVersion{6},
          .current = task,
          .changes = {retitled},
          .conflicting = {events::Field::Title}};
}

struct Expected {
  http::Problem problem;
  int status;
  std::string code;
};

inline std::vector<Expected> every_problem() {
  using events::Status;
  return {
      {to_problem(TaskIsMissing()), 404, "NOT_FOUND"},
      {to_problem(TaskIsDeleted()), 410, "GONE"},
      {to_problem(ValuesAreInvalid{{{"title", "must have 1 to 80 characters"}}}), 422, "VALIDATION_FAILED"},
      {to_problem(TaskIsLocked{.holder = "ben", .expires_at = examples::kTomorrow}), 423, "LOCKED"},
      {to_problem(TransitionIsIllegal{Status::Completed, Status::Blocked, {Status::InProgress}}), 409,
       "ILLEGAL_TRANSITION"},
      {to_problem(TaskIsClosed()), 409, "TASK_CLOSED"},
      {to_problem(TaskIsAssigned()), 409, "ALREADY_ASSIGNED"},
      {to_problem(TaskHasNoDueDate()), 409, "NO_DUE_DATE"},
      {to_problem(UserIsMissing()), 404, "NOT_FOUND"},
      {to_problem(UserIsInactive()), 409, "USER_INACTIVE"},
      {to_problem(EmailIsTaken()), 409, "EMAIL_TAKEN"},
      {version_conflict(conflict()), 412, "VERSION_CONFLICT"},
      {precondition_required(), 428, "PRECONDITION_REQUIRED"},
      {idempotency_key_reused(), 422, "IDEMPOTENCY_KEY_REUSED"},
      {in_progress(), 409, "IN_PROGRESS"},
      {skipped(), 424, "SKIPPED"},
      {token_unknown(events::FreshnessError::OfAnotherLog), 400, "TOKEN_UNKNOWN"},
      {contended(), 503, "CONTENDED"},
      {log_unavailable("the log is out of reach"), 503, "LOG_UNAVAILABLE"},
      {behind_token(12), 503, "READ_MODEL_BEHIND"},
      {too_many_wait(), 503, "SERVICE_UNAVAILABLE"},
      {stream_quarantined({.version = {3}, .reason = "its type is not known here"}), 503, "STREAM_QUARANTINED"},
      {starting(), 503, "STARTING"},
      {outcome_unknown(examples::kEvent), 504, "OUTCOME_UNKNOWN"},
  };
}

}  // namespace taskstream::command
