#include "command-service/http/batch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "command-service/core/batch_chain.hpp"
#include "command-service/http/responses.hpp"
#include "events/log/consistency_token.hpp"
#include "http/auth/authenticator.hpp"
#include "http/conditional.hpp"

namespace taskstream::command {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

struct VerdictOf {
  std::string_view operator()(const Succeeded& success) const {
    if (success.replayed) return "replayed";
    if (!success.event_id) return "unchanged";
    return success.merged ? "merged" : "applied";
  }
  std::string_view operator()(const OutcomeUnknown&) const { return "unknown"; }
  std::string_view operator()(const auto&) const { return "rejected"; }
};

// One of `results`, as JSON. The body is JSON already.
std::string result_text(const BatchItem& item, std::string_view verdict, const http::Outcome& outcome,
                        const Succeeded* success) {
  const auto* problem = std::get_if<http::Problem>(&outcome);
  const http::Response response =
      problem != nullptr ? http::to_response(*problem, item.request) : std::get<http::Response>(outcome);
  nlohmann::ordered_json result{
      {"commandId", item.command_id}, {"verdict", verdict}, {"status", static_cast<unsigned>(response.status)}};
  if (success != nullptr && is_shown(success->state)) {
    result["version"] = events::version_of(success->state).value;
  }
  if (success != nullptr && success->event_id) result["eventId"] = success->event_id->to_string();
  std::string text = result.dump();
  if (response.body.empty()) return text;
  text.back() = ',';
  return text + "\"body\":" + response.body + '}';
}

// A batch on its way. Lives in the frame of `carry_out`, which outlives the coroutines that it waits for.
class Run {
 public:
  Run(Batch batch, const CommandApi& api, Execute execute)
      : batch_(std::move(batch)), api_(api), execute_(std::move(execute)), results_(batch_.items.size()) {}

  std::vector<BatchChain> chains() const {
    std::vector<events::StreamId> streams;
    for (const BatchItem& item : batch_.items) streams.push_back(item.stream());
    return chains_of(streams);
  }

  awaitable<void> carry_out_chain(BatchChain chain) {
    while (const auto next = chain.next()) {
      BatchItem& item = batch_.items[next->place];
      // The batch's own permission says nothing of what is in it.
      if (auto forbidden = http::check_access(item.request.principal, item.endpoint->access)) {
        results_[next->place] = result_text(item, "rejected", *std::move(forbidden), nullptr);
        chain.break_off();
        continue;
      }
      if (item.expects_previous) expect(item, next->previous.value());
      const Answer answer = co_await execute_(item.command.request);
      results_[next->place] = result_text(item, std::visit(VerdictOf(), answer.result), item.command.tell(answer),
                                          std::get_if<Succeeded>(&answer.result));
      batch_.sent.advance(answer.fold);
      chain.answered(item.command.request.expectation, answer.result);
    }
    for (const std::size_t place : chain.skipped()) {
      results_[place] = result_text(batch_.items[place], "skipped", skipped(), nullptr);
    }
  }

  http::Response response() const {
    std::string body = "{\"results\":[";
    for (const std::string& result : results_) {
      if (body.back() != '[') body += ',';
      body += result;
    }
    http::Response response = http::json_response(http::Status::ok, body + "]}");
    if (!results_.empty()) response.set("Consistency-Token", events::encode_token(batch_.log_id, batch_.sent));
    return response;
  }

 private:
  // Now that the version is known the request says it, as the one that it stands for would have; only what its sender
  // has not seen of that version no single request could say.
  void expect(BatchItem& item, Expectation previous) const {
    item.request.fields.set(http::Field::if_match, http::etag_of(previous.versions.front().value));
    item.command = *item.endpoint->prepare(api_, item.request);  // read once already: it cannot fail any more
    Expectation& expectation = item.command.request.expectation;
    // What creates expects no version.
    if (expectation.kind == previous.kind) expectation.unseen = std::move(previous.unseen);
  }

  Batch batch_;
  const CommandApi& api_;
  Execute execute_;
  std::vector<std::string> results_;
};

// Starts them all, and returns when the last has ended. The first that throws is thrown on then.
awaitable<void> all_of(std::vector<awaitable<void>> tasks) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer ended(executor, asio::steady_timer::time_point::max());
  std::size_t left = tasks.size();
  std::exception_ptr failure;
  for (awaitable<void>& task : tasks) {
    asio::co_spawn(executor, std::move(task), [&](std::exception_ptr error) {
      if (error && !failure) failure = std::move(error);
      if (--left == 0) ended.cancel();
    });
  }
  boost::system::error_code cancelled;
  while (left > 0) co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

awaitable<http::Outcome> carry_out(Batch batch, const CommandApi& api, Execute execute) {
  Run run(std::move(batch), api, std::move(execute));
  std::vector<awaitable<void>> chains;
  for (BatchChain& chain : run.chains()) chains.push_back(run.carry_out_chain(std::move(chain)));
  co_await all_of(std::move(chains));
  co_return run.response();
}

}  // namespace taskstream::command
