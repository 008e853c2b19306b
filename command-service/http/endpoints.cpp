#include "command-service/http/endpoints.hpp"

#include <memory>
#include <utility>

#include "command-service/http/answer.hpp"
#include "command-service/http/asker.hpp"
#include "command-service/http/batch.hpp"
#include "command-service/http/batch_items.hpp"
#include "command-service/http/command_endpoints.hpp"
#include "command-service/http/parsed_command.hpp"
#include "command-service/http/request_terms.hpp"
#include "command-service/http/responses.hpp"

namespace taskstream::command {
namespace {

using boost::asio::awaitable;
using http::Outcome;
using http::Request;
using http::Verb;

awaitable<Answer> execute(const CommandApi& api, CommandRequest request) {
  request.timeout = api.replica->command_timeout();
  return api.replica->execute(std::move(request));
}

// The one road of every command: the request as the core takes it, then the core, then the answer.
awaitable<Outcome> run_command(const CommandApi& api, Request request, const CommandEndpoint& endpoint) {
  const auto prepared = endpoint.prepare(api, request);
  if (!prepared) co_return prepared.error();
  const Answer answer = co_await execute(api, prepared->request);
  co_return prepared->tell(answer);
}

awaitable<Outcome> run_batch(const CommandApi& api, Request request, const BatchReader& reader) {
  auto batch = reader.read(request);
  if (!batch) co_return batch.error();
  Execute in_core = [&api](CommandRequest command) { return execute(api, std::move(command)); };
  co_return co_await carry_out(*std::move(batch), api, std::move(in_core));
}

// The strong read of a task or a user.
template <class Id>
awaitable<Outcome> read(const CommandApi& api, Request request) {
  auto terms = read_terms(request, api.log);
  if (!terms) co_return terms.error();
  auto id = parse_id(request);
  if (!id) co_return id.error();
  // Another service's `?version=` would else be answered with the present.
  if (auto errors = unexpected_parameters(request); !errors.empty())
    co_return http::validation_failed(std::move(errors));
  const AnswerTerms answer_terms{.log_id = api.log.log_id, .sent = terms->at_least, .form = AnswerForm::Read};
  ReadRequest as_of_now{.stream = events::StreamId::of(Id(*id)),
                        .asker = asker_of(request.principal),
                        .at_least = terms->at_least,
                        .wait = terms->preferences.wait,
                        .timeout = api.replica->command_timeout()};
  const Answer answer = co_await api.replica->read(std::move(as_of_now));
  Outcome outcome = to_outcome(answer, answer_terms, {});
  co_return not_modified_or(std::move(outcome), request);
}

awaitable<Outcome> not_open_yet() {
  co_return starting();
}

// A handler that has nothing to stand on before the log is open.
template <class Handle>
http::Handler once_open(const CommandApi& api, Handle handle) {
  return [&api, handle](Request request) {
    return api.replica != nullptr ? handle(api, std::move(request)) : not_open_yet();
  };
}

// The endpoint stays where it is as long as the handler that a coroutine runs in.
http::Handler command(const CommandApi& api, const CommandEndpoint& endpoint) {
  return once_open(
      api, [shared = std::make_shared<const CommandEndpoint>(endpoint)](const CommandApi& opened, Request request) {
        return run_command(opened, std::move(request), *shared);
      });
}

http::Handler batch(const CommandApi& api) {
  return once_open(
      api, [reader = std::make_shared<const BatchReader>(api, command_endpoints())](
               const CommandApi& opened, Request request) { return run_batch(opened, std::move(request), *reader); });
}

}  // namespace

std::vector<http::Route> routes_of(const CommandApi& api) {
  std::vector<http::Route> routes = {
      {Verb::get, "/v1/tasks/{id}", once_open(api, read<events::TaskId>), {}, http::Access::TasksRead},
      {Verb::get, "/v1/users/{id}", once_open(api, read<events::UserId>), {}, http::Access::TasksRead},
      {Verb::post, "/v1/batch", batch(api), {"application/json"}, http::Access::TasksWrite, /*is_batch=*/true},
  };
  for (const CommandEndpoint& endpoint : command_endpoints()) {
    routes.push_back({endpoint.verb, endpoint.pattern, command(api, endpoint), endpoint.media_types, endpoint.access});
  }
  return routes;
}

}  // namespace taskstream::command
