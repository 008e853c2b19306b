#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/admission.hpp"
#include "http/answer_head.hpp"
#include "http/connection.hpp"
#include "http/cors.hpp"
#include "http/rate_limiter.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"

namespace taskstream::http {

// What all sessions of a server go by; outlives them.
struct SessionSettings {
  ServerOptions options;
  std::shared_ptr<TlsCertificate> tls = nullptr;        // plain HTTP without
  std::unique_ptr<RateLimiter> rate_limiter = nullptr;  // of all sessions together; no limit without
};

// Serves one connection, request after request, in the order in which they came.
class Session {
 public:
  Session(boost::asio::ip::tcp::socket socket, const SessionSettings& settings, const Admission& admission);

  boost::asio::awaitable<void> run();
  void drain() { connection_->drain(); }
  void abort() { connection_->abort(); }

 private:
  // What an answer and its log line need once the request has gone to its handler.
  struct Exchange {
    Request about;  // verb, target, id and time alone
    const Route* route = nullptr;
    std::string actor;     // empty until somebody is known to ask
    std::string trace_id;  // empty = the request is of no trace
    bool is_http_1_1 = true;
    bool keep_alive = false;
    bool is_parsed = false;
    CorsAnswer cors;
    std::optional<RateLimiter::Verdict> rate;
    bool is_refused = false;  // by the guard
    bool is_stream = false;
  };

  boost::asio::awaitable<bool> serve_next();  // false = the connection is over
  boost::asio::awaitable<bool> serve(RequestHead head, Exchange& exchange);
  boost::asio::awaitable<bool> refuse(Refusal refusal, Exchange& exchange);
  boost::asio::awaitable<bool> answer(Outcome outcome, Exchange& exchange);
  boost::asio::awaitable<bool> stream(StreamedResponse response, Exchange& exchange);
  void tell_answer(const Exchange& exchange, Status status, std::uint64_t bytes) const;
  boost::asio::awaitable<Outcome> handle(const Route& route, Request request);
  std::uint64_t body_limit(const Route* route) const;
  void write_head(Status status, const Fields& fields, Framing framing, std::size_t content_length,
                  const Exchange& exchange);

  std::shared_ptr<Connection> connection_;
  const SessionSettings& settings_;
  const Admission& admission_;
  std::string head_;  // of the answer being sent
};

}  // namespace taskstream::http
