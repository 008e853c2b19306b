#include "command-service/http/task_endpoints.hpp"

#include <utility>

#include "command-service/http/answer.hpp"
#include "command-service/http/command_hash.hpp"
#include "command-service/http/parse_command.hpp"
#include "command-service/http/request_terms.hpp"
#include "command-service/http/responses.hpp"

namespace taskstream::command {
namespace {

using boost::asio::awaitable;
using http::Outcome;
using http::Request;
using http::Verb;
using Parse = boost::system::result<ParsedCommand, http::Problem> (*)(const Request&, std::size_t json_depth);

events::Instant wall_clock() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

events::TaskId new_task_id(const TaskApi& api) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(wall_clock()).time_since_epoch().count();
  return events::TaskId(events::make_uuid_v7(ms, api.random()));
}

CommandRequest to_command_request(const TaskApi& api, const Request& request, ParsedCommand parsed, Terms terms,
                                  Expectation expectation) {
  return {.task_id = parsed.task_id,
          .command = std::move(parsed.command),
          .values_unreadable = !parsed.invalid.empty(),
          .expectation = std::move(expectation),
          .merge_conflicts = terms.preferences.merge_conflicts,
          .actor = request.actor,
          .key = std::move(terms.key),
          .correlation_id = request.request_id,
          .traceparent = std::move(terms.traceparent),
          .at_least = std::move(terms.at_least),
          .wait = terms.preferences.wait,
          .timeout = api.replica->command_timeout()};
}

// The one road of every command: terms of the request, then the core, then the answer.
awaitable<Outcome> run(const TaskApi& api, const Request& request, ParsedCommand parsed, Terms terms,
                       Expectation expectation) {
  const std::vector<http::FieldError> invalid = parsed.invalid;
  const AnswerTerms answer_terms{.log_id = api.log.log_id,
                                 .sent = terms.at_least,
                                 .return_minimal = terms.preferences.return_minimal,
                                 .form = answer_form(parsed.command),
                                 .values_in = place_of_values(parsed.command)};
  CommandRequest command =
      to_command_request(api, request, std::move(parsed), std::move(terms), std::move(expectation));
  const Answer answer = co_await api.replica->execute(std::move(command));
  co_return to_outcome(answer, answer_terms, invalid);
}

awaitable<Outcome> create_task(const TaskApi& api, Request request) {
  auto terms = read_terms(request, api.log.log_id);
  if (!terms) co_return terms.error();
  auto parsed = parse_create_task(request, api.json_depth);
  if (!parsed) co_return parsed.error();
  // With a key the id follows from it, at whatever instance the request is repeated.
  parsed->task_id =
      terms->key ? task_id_from_key(api.log.id_namespace, request.actor, terms->key->id) : new_task_id(api);
  co_return co_await run(api, request, *std::move(parsed), *std::move(terms), Expectation());
}

awaitable<Outcome> put_task(const TaskApi& api, Request request) {
  auto terms = read_terms(request, api.log.log_id);
  if (!terms) co_return terms.error();
  auto parsed = parse_put_task(request, api.json_depth);
  if (!parsed) co_return parsed.error();
  // PUT only creates, and whoever sends it must say that they know.
  const bool says_so = std::holds_alternative<http::MustNotExist>(terms->precondition);
  Expectation expectation{.kind = says_so ? Expectation::Kind::Absent : Expectation::Kind::Required};
  co_return co_await run(api, request, *std::move(parsed), *std::move(terms), std::move(expectation));
}

// A change to a task that exists.
awaitable<Outcome> change_task(const TaskApi& api, Request request, Parse parse, PreconditionRule rule) {
  auto terms = read_terms(request, api.log.log_id);
  if (!terms) co_return terms.error();
  auto parsed = parse(request, api.json_depth);
  if (!parsed) co_return parsed.error();
  Expectation expectation = to_expectation(*terms, rule, api.require_precondition);
  co_return co_await run(api, request, *std::move(parsed), *std::move(terms), std::move(expectation));
}

awaitable<Outcome> read_task(const TaskApi& api, Request request) {
  auto terms = read_terms(request, api.log.log_id);
  if (!terms) co_return terms.error();
  auto task_id = parse_task_id(request);
  if (!task_id) co_return task_id.error();
  const AnswerTerms answer_terms{.log_id = api.log.log_id, .sent = terms->at_least, .form = AnswerForm::Read};
  ReadRequest read{.task_id = *task_id,
                   .at_least = terms->at_least,
                   .wait = terms->preferences.wait,
                   .timeout = api.replica->command_timeout()};
  const Answer answer = co_await api.replica->read(std::move(read));
  Outcome outcome = to_outcome(answer, answer_terms, {});
  co_return not_modified_or(std::move(outcome), request);
}

awaitable<Outcome> not_open_yet() {
  co_return starting();
}

// A handler that has nothing to stand on before the log is open.
template <class Handle>
http::Handler once_open(const TaskApi& api, Handle handle) {
  return [&api, handle](Request request) {
    return api.replica != nullptr ? handle(api, std::move(request)) : not_open_yet();
  };
}

http::Handler change(const TaskApi& api, Parse parse, PreconditionRule rule = PreconditionRule::Version) {
  return once_open(api, [parse, rule](const TaskApi& opened, Request request) {
    return change_task(opened, std::move(request), parse, rule);
  });
}

}  // namespace

std::vector<http::Route> task_routes(const TaskApi& api) {
  using enum PreconditionRule;
  const std::vector<std::string> json = {"application/json"};
  const std::vector<std::string> patch = {"application/merge-patch+json", "application/json"};
  return {
      {Verb::post, "/v1/tasks", once_open(api, create_task), json},
      {Verb::get, "/v1/tasks/{id}", once_open(api, read_task)},
      {Verb::put, "/v1/tasks/{id}", once_open(api, put_task), json},
      {Verb::patch, "/v1/tasks/{id}", change(api, parse_edit_task), patch},
      {Verb::delete_, "/v1/tasks/{id}", change(api, parse_delete_task)},
      {Verb::post, "/v1/tasks/{id}/postpone", change(api, parse_postpone_task, VersionOrKey), json},
      {Verb::post, "/v1/tasks/{id}/status", change(api, parse_change_status), json},
      {Verb::put, "/v1/tasks/{id}/assignee", change(api, parse_assign_task), json},
      {Verb::delete_, "/v1/tasks/{id}/assignee", change(api, parse_unassign_task)},
      {Verb::post, "/v1/tasks/{id}/claim", change(api, parse_claim_task, None), json},
      {Verb::put, "/v1/tasks/{id}/lock", change(api, parse_lock_task, None), json},
      {Verb::delete_, "/v1/tasks/{id}/lock", change(api, parse_unlock_task, None)},
  };
}

}  // namespace taskstream::command
