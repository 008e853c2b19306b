#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/use_awaitable.hpp>

#include "http/answer_head.hpp"
#include "http/connection_body.hpp"
#include "http/logging.hpp"
#include "http/request_checks.hpp"
#include "http/text.hpp"
#include "http/trace_context.hpp"

namespace taskstream::http {

namespace asio = boost::asio;

namespace {

Problem to_problem(const Refusal& refusal) {
  return refusal.status == Status::bad_request ? malformed(refusal.reason)
                                               : plain_problem(refusal.status, refusal.reason);
}

Refusal body_too_large(std::uint64_t limit) {
  return {.status = Status::payload_too_large,
          .reason = "The body is larger than " + std::to_string(limit) + " bytes."};
}

// The target of a head that was refused, as far as it can be shown.
std::string shown_target(std::string_view head) {
  const auto line = head.substr(0, head.find('\r'));
  const auto begin = std::min(line.find(' '), line.size());
  const auto target = trimmed(line.substr(begin, line.find(' ', begin + 1) - begin));
  return target.starts_with('/') && is_printable(target) ? std::string(target) : std::string{};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string trace_id_in(const Request& request) {
  const auto field = request.header("traceparent");
  const auto traceparent = field ? read_traceparent(*field) : std::nullopt;
  return traceparent ? std::string(trace_id_of(*traceparent)) : std::string();
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionSettings& settings, const Admission& admission)
    : connection_(std::make_shared<Connection>(
          std::move(socket), settings.tls ? settings.tls->current().get() : nullptr, settings.options.limits)),
      settings_(settings),
      admission_(admission) {}

asio::awaitable<void> Session::run() {
  if (co_await connection_->open()) {
    while (co_await serve_next()) {
    }
  }
  connection_->abort();
}

asio::awaitable<bool> Session::serve_next() {
  auto received = co_await connection_->receive_head();
  if (std::holds_alternative<Connection::Closed>(received)) co_return false;

  Exchange exchange;
  exchange.about.received = std::chrono::steady_clock::now();
  if (auto* refusal = std::get_if<Refusal>(&received)) co_return co_await refuse(std::move(*refusal), exchange);

  const auto bytes = std::get<std::string_view>(received);
  const auto& limits = settings_.options.limits;
  auto head = read_head(bytes, {.bytes = limits.header_bytes, .fields = limits.header_fields});
  if (auto* refusal = std::get_if<Refusal>(&head)) {
    exchange.about.target = shown_target(bytes);
    co_return co_await refuse(std::move(*refusal), exchange);
  }
  auto& parsed = std::get<RequestHead>(head);
  exchange.about.verb = parsed.verb;
  exchange.about.target = parsed.target;
  exchange.about.request_id = take_request_id(parsed.fields);
  exchange.is_http_1_1 = parsed.is_http_1_1;
  exchange.keep_alive = parsed.keep_alive;
  exchange.is_parsed = true;
  connection_->consume(bytes.size());
  co_return co_await serve(std::move(parsed), exchange);
}

asio::awaitable<bool> Session::serve(RequestHead head, Exchange& exchange) {
  Request request = exchange.about;
  request.fields = std::move(head.fields);
  exchange.cors = cors_answer(request, settings_.options.cors_origins);
  exchange.trace_id = trace_id_in(request);
  auto admitted = admission_.admit(request, connection_->peer());
  auto* problem = std::get_if<Problem>(&admitted.to);
  const Route* route = problem == nullptr ? std::get<const Route*>(admitted.to) : nullptr;
  exchange.route = route;
  exchange.rate = admitted.rate;
  if (route != nullptr || request.principal.is_authenticated) exchange.actor = request.principal.actor;

  const auto limit = body_limit(route);
  const bool too_large = limit != 0 && head.content_length.value_or(0) > limit;
  // Who waits for leave to send a body gets the answer instead, where that is clear already; whether the body comes all
  // the same nobody knows then, so the connection ends.
  const bool asks_first = head.expects_continue && head.has_body() && !connection_->has_received();
  if (problem != nullptr && (too_large || asks_first)) {
    exchange.keep_alive = false;
    co_return co_await answer(std::move(*problem), exchange);
  }
  if (too_large) co_return co_await refuse(body_too_large(limit), exchange);
  if (asks_first) {
    auto objection = check_media_type(request, *route, true);
    if (!objection) objection = std::move(admitted.malformed);
    if (objection) {
      exchange.keep_alive = false;
      co_return co_await answer(*std::move(objection), exchange);
    }
    if (!co_await connection_->send_interim("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  }
  if (head.has_body()) {
    auto refusal = co_await connection_->receive_body(head, limit, request.body);
    // That a body is too large is told behind what stood against the request already.
    if (refusal && problem != nullptr && refusal->status == Status::payload_too_large) {
      exchange.keep_alive = false;
      co_return co_await answer(std::move(*problem), exchange);
    }
    if (refusal) co_return co_await refuse(std::move(*refusal), exchange);
  }
  connection_->suspend_deadline();
  if (problem != nullptr) co_return co_await answer(std::move(*problem), exchange);
  if (auto unsupported = check_media_type(request, *route, !request.body.empty())) {
    co_return co_await answer(std::move(*unsupported), exchange);
  }
  if (admitted.malformed) co_return co_await answer(*std::move(admitted.malformed), exchange);
  auto outcome = co_await handle(*route, std::move(request));
  co_return co_await answer(std::move(outcome), exchange);
}

std::uint64_t Session::body_limit(const Route* route) const {
  const auto& limits = settings_.options.limits;
  return route != nullptr && route->is_batch ? limits.batch_body_bytes : limits.body_bytes;
}

asio::awaitable<Outcome> Session::handle(const Route& route, Request request) {
  const auto id = request.request_id;
  try {
    co_return co_await route.handler(std::move(request));
  } catch (const std::exception& error) {
    spdlog::error("request {} failed: {} ({})", id, error.what(), route.pattern);
  } catch (...) {
    spdlog::error("request {} failed for an unknown reason ({})", id, route.pattern);
  }
  co_return plain_problem(Status::internal_server_error,
                          "Something went wrong here; the log tells what, under this request's id.");
}

asio::awaitable<bool> Session::refuse(Refusal refusal, Exchange& exchange) {
  if (exchange.about.request_id.empty()) exchange.about.request_id = take_request_id({});
  exchange.keep_alive = false;
  exchange.is_refused = true;
  co_return co_await answer(to_problem(refusal), exchange);
}

asio::awaitable<bool> Session::answer(Outcome outcome, Exchange& exchange) {
  if (const auto* problem = std::get_if<Problem>(&outcome)) outcome = to_response(*problem, exchange.about);
  if (auto* streamed = std::get_if<StreamedResponse>(&outcome)) {
    co_return co_await stream(std::move(*streamed), exchange);
  }
  const auto& response = std::get<Response>(outcome);
  exchange.keep_alive = exchange.keep_alive && !connection_->draining();
  write_head(response.status, response.fields, Framing::ContentLength, response.body.size(), exchange);
  const bool has_content = exchange.about.verb != Verb::head && allows_content(response.status);
  const auto content = has_content ? std::string_view(response.body) : std::string_view{};
  const bool sent = co_await connection_->send(head_, content);
  tell_answer(exchange, response.status, content.size());
  if (sent && !exchange.keep_alive) co_await connection_->hang_up();
  co_return sent&& exchange.keep_alive;
}

// The connection ends with the answer: who streams does not ask for more.
asio::awaitable<bool> Session::stream(StreamedResponse response, Exchange& exchange) {
  const bool has_content = exchange.about.verb != Verb::head;
  exchange.is_stream = has_content;
  exchange.keep_alive = exchange.keep_alive && !has_content && !connection_->draining();
  const auto framing = exchange.is_http_1_1 ? Framing::Chunked : Framing::UntilClose;
  write_head(response.status, response.fields, framing, 0, exchange);
  const bool sent = co_await connection_->send(head_, {});
  std::uint64_t bytes = 0;
  bool is_whole = true;
  if (sent && has_content) {
    ConnectionBody body(connection_, framing == Framing::Chunked);
    try {
      co_await response.body(body);
      co_await body.finish();
      is_whole = !body.is_broken();
    } catch (const std::exception& error) {
      is_whole = false;
      spdlog::error("request {} failed: {} ({})", exchange.about.request_id, error.what(),
                    path_of(exchange.about.target));
    } catch (...) {
      is_whole = false;
      spdlog::error("request {} failed for an unknown reason ({})", exchange.about.request_id,
                    path_of(exchange.about.target));
    }
    bytes = body.bytes();
  }
  tell_answer(exchange, response.status, bytes);
  // Without its last chunk an answer says itself that it is cut short; without chunks only the connection can.
  if (!is_whole && framing == Framing::UntilClose) {
    connection_->reset_on_close();
    co_return false;
  }
  if (sent && !exchange.keep_alive) co_await connection_->hang_up();
  co_return sent&& exchange.keep_alive;
}

// The query stays out: it holds what people search for, and now and then what they should have sent in a header.
void Session::tell_answer(const Exchange& exchange, Status status, std::uint64_t bytes) const {
  const auto took = std::chrono::steady_clock::now() - exchange.about.received;
  if (auto* observer = settings_.options.observer) {
    observer->on_answered({.route = exchange.route,
                           .verb = exchange.is_parsed ? exchange.about.verb : Verb::unknown,
                           .status = status,
                           .took = took,
                           .is_refusal = exchange.is_refused,
                           .is_stream = exchange.is_stream});
  }
  if (!spdlog::should_log(spdlog::level::info)) return;
  const std::string_view method =
      exchange.is_parsed ? std::string_view(boost::beast::http::to_string(exchange.about.verb)) : "-";
  const std::string_view path = exchange.about.target.empty() ? "-" : path_of(exchange.about.target);
  std::string message;
  message.append(method).append(" ").append(path).append(" ");
  append_number(message, static_cast<unsigned>(status));
  log_with_fields(spdlog::level::info, message,
                  {{"method", method},
                   {"path", path},
                   {"status", static_cast<std::int64_t>(status)},
                   {"bytes", static_cast<std::int64_t>(bytes)},
                   {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                   {"requestId", std::string_view(exchange.about.request_id)},
                   {"traceId", std::string_view(exchange.trace_id)},
                   {"actor", std::string_view(exchange.actor)}});
}

void Session::write_head(Status status, const Fields& fields, Framing framing, std::size_t content_length,
                         const Exchange& exchange) {
  write(head_, {.status = status,
                .fields = fields,
                .framing = framing,
                .content_length = content_length,
                .request_id = exchange.about.request_id,
                .cors = exchange.cors,
                .rate = exchange.rate,
                .is_http_1_1 = exchange.is_http_1_1,
                .keep_alive = exchange.keep_alive});
}

}  // namespace taskstream::http
