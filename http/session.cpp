#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "http/admission.hpp"
#include "http/auth/authenticator.hpp"
#include "http/connection_body.hpp"
#include "http/logging.hpp"
#include "http/query_string.hpp"
#include "http/text.hpp"
#include "http/trace_context.hpp"

namespace taskstream::http {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kBatchPattern = "/v1/batch";

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

void append_number(std::string& text, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), end);
}

// Values may hold what a client sent once; a line break among them would let it write fields of its own.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  head += "\r\n";
}

std::string_view field_value(const Fields& fields, Field name) {
  const auto value = fields[name];
  return {value.data(), value.size()};
}

// Whoever may use one address of a network of IPv6 may use all of them.
std::string network_of(const asio::ip::address& peer) {
  if (!peer.is_v6() || peer.to_v6().is_v4_mapped()) return peer.to_string();
  return asio::ip::make_network_v6(peer.to_v6(), 64).canonical().to_string();
}

// Where nobody authenticates, the name that was given; one that cannot be taken is refused later.
std::string rate_key(const Request& request) {
  if (request.principal.is_authenticated) return request.principal.actor;
  auto named = read_actor(request);
  return named ? *std::move(named) : request.principal.actor;
}

bool allows_content(Status status) {
  return status != Status::no_content && status != Status::not_modified;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionSettings& settings, const Router& router)
    : connection_(std::make_shared<Connection>(
          std::move(socket), settings.tls ? settings.tls->current().get() : nullptr, settings.options.limits)),
      settings_(settings),
      router_(router) {}

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
  auto admitted = admit(request);
  if (auto limited = check_rate(request, admitted, exchange)) admitted = std::move(*limited);
  auto* problem = std::get_if<Problem>(&admitted);
  const Route* route = problem == nullptr ? std::get<const Route*>(admitted) : nullptr;
  exchange.route = route;
  if (request.principal.is_authenticated) exchange.actor = request.principal.actor;

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
    if (auto unsupported = check_media_type(request, *route, true)) {
      exchange.keep_alive = false;
      co_return co_await answer(std::move(*unsupported), exchange);
    }
    if (!co_await connection_->send("HTTP/1.1 100 Continue\r\n\r\n", {})) co_return false;
  }
  if (head.has_body()) {
    auto refusal = co_await connection_->receive_body(head, limit, request.body);
    if (refusal) co_return co_await refuse(std::move(*refusal), exchange);
  }
  connection_->suspend_deadline();
  if (problem != nullptr) co_return co_await answer(std::move(*problem), exchange);
  auto outcome = co_await handle(*route, std::move(request), exchange);
  co_return co_await answer(std::move(outcome), exchange);
}

std::variant<const Route*, Problem> Session::admit(Request& request) const {
  if (settings_.bound_to_loopback) {
    if (auto problem = check_loopback_host(request, settings_.options.allowed_hosts)) return std::move(*problem);
  }
  const std::string_view scheme = settings_.tls ? "https://" : "http://";
  if (auto problem = check_origin(request, scheme, settings_.options.cors_origins)) return std::move(*problem);
  auto path = read_path(request.target);
  if (!path) return path.error();
  request.path = std::move(*path);
  auto found = router_.find(request);
  const auto* const* route = std::get_if<const Route*>(&found);
  if (auto problem = identify(request, route != nullptr ? *route : nullptr)) return std::move(*problem);
  if (route != nullptr) {
    if (auto problem = check_access(request.principal, (*route)->access)) return std::move(*problem);
  }
  return found;
}

// Before it is told whether there is such a path, and what it takes.
std::optional<Problem> Session::identify(Request& request, const Route* route) const {
  const auto* authenticator = settings_.options.authenticator;
  if (authenticator == nullptr) return std::nullopt;
  request.principal = {.role = Role::Member, .scopes = {}};
  const bool is_open = request.verb == Verb::options || (route != nullptr && route->access == Access::Public);
  if (is_open) return std::nullopt;
  auto grant = authenticator->authenticate(request);
  if (!grant) return grant.error();
  request.principal = std::move(grant->principal);
  return std::nullopt;
}

// A route that asks for nothing is open to everybody at any rate: it tells a balancer whether this process is well. Who
// is refused for want of a good token is counted by its address, and only such refusals: behind a proxy others have it
// too.
std::optional<Problem> Session::check_rate(const Request& request, const std::variant<const Route*, Problem>& admitted,
                                           Exchange& exchange) const {
  if (!settings_.rate_limiter) return std::nullopt;
  std::string who;
  if (const auto* problem = std::get_if<Problem>(&admitted)) {
    if (problem->status != Status::unauthorized) return std::nullopt;
    who = "peer " + network_of(connection_->peer());
  } else {
    if (std::get<const Route*>(admitted)->access == Access::Public) return std::nullopt;
    who = "principal " + rate_key(request);
  }
  exchange.rate = settings_.rate_limiter->take(who, request.received);
  return exchange.rate->is_allowed ? std::nullopt : std::optional(rate_limited(*exchange.rate));
}

std::uint64_t Session::body_limit(const Route* route) const {
  const auto& limits = settings_.options.limits;
  return route != nullptr && route->pattern == kBatchPattern ? limits.batch_body_bytes : limits.body_bytes;
}

asio::awaitable<Outcome> Session::handle(const Route& route, Request request, Exchange& exchange) {
  if (auto problem = check_media_type(request, route, !request.body.empty())) co_return std::move(*problem);
  if (settings_.options.authenticator == nullptr) {
    auto actor = read_actor(request);
    if (!actor) co_return actor.error();
    request.principal.actor = std::move(*actor);
  }
  auto query = read_query(request.target);
  if (!query) co_return query.error();
  request.query = std::move(*query);

  exchange.actor = request.principal.actor;
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
  if (sent && has_content) {
    ConnectionBody body(connection_, framing == Framing::Chunked);
    try {
      co_await response.body(body);
      co_await body.finish();
    } catch (const std::exception& error) {
      // Without its last chunk the answer says itself that it is cut short.
      spdlog::error("request {} failed: {} ({})", exchange.about.request_id, error.what(),
                    path_of(exchange.about.target));
    }
    bytes = body.bytes();
  }
  tell_answer(exchange, response.status, bytes);
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
  const auto method = boost::beast::http::to_string(exchange.about.verb);
  const std::string_view shown_method =
      exchange.is_parsed ? std::string_view(method.data(), method.size()) : std::string_view("-");
  const std::string_view path = exchange.about.target.empty() ? "-" : path_of(exchange.about.target);
  std::string message;
  message.append(shown_method).append(" ").append(path).append(" ");
  append_number(message, static_cast<unsigned>(status));
  log_with_fields(spdlog::level::info, message,
                  {{"method", shown_method},
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
  head_ = "HTTP/1.1 ";
  append_number(head_, static_cast<unsigned>(status));
  head_.append(" ").append(reason_phrase(status)).append("\r\n");
  for (const auto& field : fields) {
    append_field(head_, {field.name_string().data(), field.name_string().size()},
                 {field.value().data(), field.value().size()});
  }
  append_field(head_, "X-Request-Id", exchange.about.request_id);
  append_cors_fields(head_, exchange.cors, field_value(fields, Field::allow));
  if (exchange.rate) append_rate_fields(head_, *exchange.rate);
  if (framing == Framing::Chunked) {
    head_ += "Transfer-Encoding: chunked\r\n";
  } else if (framing == Framing::ContentLength && allows_content(status)) {  // RFC 9110 §8.6: never with 204
    head_ += "Content-Length: ";
    append_number(head_, content_length);
    head_ += "\r\n";
  }
  if (!exchange.keep_alive) {
    head_ += "Connection: close\r\n";
  } else if (!exchange.is_http_1_1) {
    head_ += "Connection: keep-alive\r\n";
  }
  head_ += "\r\n";
}

}  // namespace taskstream::http
