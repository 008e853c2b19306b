#include "command-service/http/command_endpoints.hpp"

#include <utility>

#include "command-service/http/asker.hpp"
#include "command-service/http/command_hash.hpp"
#include "command-service/http/parse_task_command.hpp"
#include "command-service/http/parse_user_command.hpp"
#include "command-service/http/request_terms.hpp"

namespace taskstream::command {
namespace {

using http::Request;
using http::Verb;
using Parse = ParseResult (*)(const Request&, std::size_t json_depth);

events::Uuid new_id(const CommandApi& api) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return events::make_uuid_v7(std::chrono::floor<std::chrono::milliseconds>(now).count(), api.random());
}

PreparedCommand put_together(const CommandApi& api, const Request& request, ParsedCommand parsed, Terms terms,
                             Expectation expectation) {
  AnswerTerms answer_terms{.log_id = api.log.log_id,
                           .sent = terms.at_least,
                           .return_minimal = terms.preferences.return_minimal,
                           .form = answer_form(parsed.command),
                           .values_in = place_of_values(parsed.command)};
  CommandRequest command{.stream = std::move(parsed.stream),
                         .command = std::move(parsed.command),
                         .values_unreadable = !parsed.invalid.empty(),
                         .expectation = std::move(expectation),
                         .merge_conflicts = terms.preferences.merge_conflicts,
                         .asker = asker_of(request.principal),
                         .key = std::move(terms.key),
                         .correlation_id = request.request_id,
                         .traceparent = std::move(terms.traceparent),
                         .at_least = std::move(terms.at_least),
                         .wait = terms.preferences.wait};
  return {
      .request = std::move(command), .answer_terms = std::move(answer_terms), .unreadable = std::move(parsed.invalid)};
}

// Under an id that the service makes, of the kind that is created.
template <class Id>
PrepareResult create(const CommandApi& api, const Request& request, Parse parse) {
  auto terms = read_terms(request, api.log);
  if (!terms) return terms.error();
  auto parsed = parse(request, api.json_depth);
  if (!parsed) return parsed.error();
  // With a key the id follows from it, at whatever instance the request is repeated.
  const auto& key = terms->key;
  const auto& actor = request.principal.actor;
  parsed->stream = events::StreamId::of(Id(key ? id_from_key(api.log.id_namespace, actor, key->id) : new_id(api)));
  return put_together(api, request, *std::move(parsed), *std::move(terms), Expectation());
}

PrepareResult put_task(const CommandApi& api, const Request& request) {
  auto terms = read_terms(request, api.log);
  if (!terms) return terms.error();
  auto parsed = parse_put_task(request, api.json_depth);
  if (!parsed) return parsed.error();
  // PUT only creates, and whoever sends it must say that they know.
  const bool says_so = std::holds_alternative<http::MustNotExist>(terms->precondition);
  Expectation expectation{.kind = says_so ? Expectation::Kind::Absent : Expectation::Kind::Required};
  return put_together(api, request, *std::move(parsed), *std::move(terms), std::move(expectation));
}

// A change to what exists.
PrepareResult change(const CommandApi& api, const Request& request, Parse parse, PreconditionRule rule) {
  auto terms = read_terms(request, api.log);
  if (!terms) return terms.error();
  auto parsed = parse(request, api.json_depth);
  if (!parsed) return parsed.error();
  Expectation expectation = to_expectation(*terms, rule, api.require_precondition);
  return put_together(api, request, *std::move(parsed), *std::move(terms), std::move(expectation));
}

template <class Id>
auto creation(Parse parse) {
  return [parse](const CommandApi& api, const Request& request) { return create<Id>(api, request, parse); };
}

auto change(Parse parse, PreconditionRule rule = PreconditionRule::Version) {
  return [parse, rule](const CommandApi& api, const Request& request) { return change(api, request, parse, rule); };
}

}  // namespace

std::vector<CommandEndpoint> command_endpoints() {
  using enum PreconditionRule;
  using http::Access::TasksWrite, http::Access::UsersWrite;
  const std::vector<std::string> json = {"application/json"};
  const std::vector<std::string> patch = {"application/merge-patch+json", "application/json"};
  return {
      {Verb::post, "/v1/tasks", creation<events::TaskId>(parse_create_task), TasksWrite, json},
      {Verb::put, "/v1/tasks/{id}", put_task, TasksWrite, json},
      {Verb::patch, "/v1/tasks/{id}", change(parse_edit_task), TasksWrite, patch},
      {Verb::delete_, "/v1/tasks/{id}", change(parse_delete_task), TasksWrite},
      {Verb::post, "/v1/tasks/{id}/postpone", change(parse_postpone_task, VersionOrKey), TasksWrite, json},
      {Verb::post, "/v1/tasks/{id}/status", change(parse_change_status), TasksWrite, json},
      {Verb::put, "/v1/tasks/{id}/assignee", change(parse_assign_task), TasksWrite, json},
      {Verb::delete_, "/v1/tasks/{id}/assignee", change(parse_unassign_task), TasksWrite},
      {Verb::post, "/v1/tasks/{id}/claim", change(parse_claim_task, None), TasksWrite, json},
      {Verb::put, "/v1/tasks/{id}/lock", change(parse_lock_task, None), TasksWrite, json},
      {Verb::delete_, "/v1/tasks/{id}/lock", change(parse_unlock_task, None), TasksWrite},
      {Verb::post, "/v1/users", creation<events::UserId>(parse_register_user), UsersWrite, json},
      {Verb::patch, "/v1/users/{id}", change(parse_edit_user), UsersWrite, patch},
      {Verb::post, "/v1/users/{id}/deactivate", change(parse_deactivate_user, None), UsersWrite, json},
      {Verb::post, "/v1/users/{id}/reactivate", change(parse_reactivate_user, None), UsersWrite},
  };
}

}  // namespace taskstream::command
