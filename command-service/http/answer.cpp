#include "command-service/http/answer.hpp"

#include <utility>

#include "command-service/http/responses.hpp"
#include "events/fold/state_json.hpp"
#include "events/log/consistency_token.hpp"
#include "http/conditional.hpp"

namespace taskstream::command {
namespace {

using http::Field;
using http::Outcome;
using http::Response;
using http::Status;

constexpr std::string_view kToken = "Consistency-Token";

std::string preferences_applied(bool return_minimal, bool conflict_merge) {
  std::string applied = return_minimal ? "return=minimal" : "";
  if (conflict_merge) applied += applied.empty() ? "conflict=merge" : ", conflict=merge";
  return applied;
}

// What was deleted since is named all the same: it is where a first answer said.
std::string location_of(const events::State& state) {
  if (const auto* user = std::get_if<events::UserState>(&state)) return "/v1/users/" + user->id.to_string();
  return "/v1/tasks/" + std::get<events::TaskState>(state).id.to_string();
}

// Success, and everything else that an answer can be, one overload each.
struct Render {
  const Answer& answer;
  const AnswerTerms& terms;
  const std::vector<http::FieldError>& unreadable;

  Outcome operator()(const Succeeded& success) const {
    // A replay tells the current state, and the task may have been deleted since, or have left the asker's sight.
    const AnswerForm form = is_shown(success.state) ? terms.form : AnswerForm::Deleted;
    const bool is_minimal = terms.return_minimal && form != AnswerForm::Read;
    Response response;
    if (form == AnswerForm::Deleted) {
      response.status = Status::no_content;
    } else if (is_minimal) {
      response.status = form == AnswerForm::Created ? Status::created : Status::no_content;
    } else {
      response = http::json_response(form == AnswerForm::Created ? Status::created : Status::ok,
                                     events::state_json(success.state));
    }
    if (form != AnswerForm::Deleted) response.set(Field::etag, http::etag_of(events::version_of(success.state).value));
    // Who creates a task sees it for ever.
    if (terms.form == AnswerForm::Created) response.set(Field::location, location_of(success.state));
    if (form == AnswerForm::Read) response.set(Field::cache_control, "no-cache");
    if (const std::string applied = preferences_applied(is_minimal, success.merged); !applied.empty()) {
      response.set("Preference-Applied", applied);
    }
    if (success.event_id) response.set("Event-Id", success.event_id->to_string());
    if (success.replayed) response.set("Idempotency-Replayed", "true");
    response.set(kToken, token());
    return response;
  }

  Outcome operator()(const Rejection& rejection) const {
    const bool has_unreadable = std::holds_alternative<ValuesAreInvalid>(rejection) && !unreadable.empty();
    return with_token(has_unreadable ? http::validation_failed(unreadable) : to_problem(rejection, terms.values_in));
  }
  Outcome operator()(const VersionConflict& conflict) const { return with_token(version_conflict(conflict)); }
  Outcome operator()(const PreconditionRequired&) const { return with_token(precondition_required()); }
  Outcome operator()(const KeyReused&) const { return idempotency_key_reused(); }
  Outcome operator()(const StillRunning&) const { return in_progress(); }
  Outcome operator()(const Contended&) const { return contended(); }
  Outcome operator()(const LogUnavailable& unavailable) const { return log_unavailable(unavailable.reason); }
  Outcome operator()(const BehindToken& behind) const { return behind_token(behind.lag_records); }
  Outcome operator()(const TooManyWait&) const { return too_many_wait(); }
  Outcome operator()(const StreamQuarantined& stream) const { return stream_quarantined(stream.quarantine); }
  Outcome operator()(const NotReady&) const { return starting(); }
  Outcome operator()(const OutcomeUnknown& unknown) const { return outcome_unknown(unknown.event_id); }

 private:
  std::string token() const {
    events::PositionVector positions = answer.fold;
    positions.advance(terms.sent);
    return events::encode_token(terms.log_id, positions);
  }

  http::Problem with_token(http::Problem problem) const {
    problem.headers.emplace_back(kToken, token());
    return problem;
  }
};

}  // namespace

bool is_shown(const events::State& state) {
  return !std::holds_alternative<std::monostate>(state) && !events::is_deleted(state);
}

AnswerForm answer_form(const Command& command) {
  if (const auto* of_user = std::get_if<UserCommand>(&command)) {
    return std::holds_alternative<RegisterUser>(*of_user) ? AnswerForm::Created : AnswerForm::Changed;
  }
  const auto* of_task = std::get_if<TaskCommand>(&command);
  if (of_task != nullptr && std::holds_alternative<CreateTask>(*of_task)) return AnswerForm::Created;
  if (of_task != nullptr && std::holds_alternative<DeleteTask>(*of_task)) return AnswerForm::Deleted;
  return AnswerForm::Changed;
}

Outcome to_outcome(const Answer& answer, const AnswerTerms& terms, const std::vector<http::FieldError>& unreadable) {
  return std::visit(Render{.answer = answer, .terms = terms, .unreadable = unreadable}, answer.result);
}

Outcome not_modified_or(Outcome outcome, const http::Request& request) {
  auto* response = std::get_if<Response>(&outcome);
  if (response == nullptr || !http::is_not_modified(request, std::string(response->fields[Field::etag]))) {
    return outcome;
  }
  response->status = Status::not_modified;
  response->body.clear();
  response->fields.erase(Field::content_type);
  return outcome;
}

}  // namespace taskstream::command
