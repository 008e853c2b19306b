#include "projection-service/http/reader.hpp"

#include <algorithm>

#include "events/log/freshness_field.hpp"
#include "http/prefer.hpp"

namespace taskstream::projection {
namespace {

constexpr const char* kTokenHeader = "Consistency-Token";

http::Problem unavailable(std::string code, std::string detail) {
  return {.status = http::Status::service_unavailable,
          .code = std::move(code),
          .detail = std::move(detail),
          .headers = {{"Retry-After", "1"}}};
}

http::Problem token_unknown(std::string detail) {
  return {.status = http::Status::bad_request, .code = "TOKEN_UNKNOWN", .detail = std::move(detail)};
}

// Without authentication anybody may take any name, so that a bound for each name would bind nobody.
std::string who_waits(const http::Request& request) {
  return request.principal.is_authenticated ? request.principal.actor : std::string();
}

}  // namespace

std::optional<http::Problem> Reader::not_ready() const {
  if (side_.freshness().has_been_complete()) return std::nullopt;
  if (!side_.log())
    return unavailable("STARTING", "The service is starting and has not met its log yet: /health/ready says why.");
  return unavailable("READ_MODEL_BUILDING",
                     "The read model is being built from the log: /health/ready says how far it is.");
}

http::Problem Reader::behind(const events::PositionVector& wanted) const {
  const Lag lag = side_.freshness().lag(wanted);
  http::Problem problem =
      unavailable("READ_MODEL_BEHIND",
                  "The read model has not reached what the consistency token names: ask again, wait longer with "
                  "`Prefer: wait=30`, or take an older answer with `Prefer: handling=lenient`.");
  problem.members["lagRecords"] = lag.records;
  problem.members["lagSeconds"] = lag.age.count();
  return problem;
}

http::Problem Reader::too_long() {
  return unavailable("SERVICE_UNAVAILABLE",
                     "The query took too long and was given up: ask for less, e.g. with another filter or sort.");
}

boost::system::result<events::ChangeToken, http::Problem> Reader::read_change_token(std::string_view text) const {
  if (auto problem = not_ready()) return *std::move(problem);
  auto token = events::decode_change_token(text, side_.log()->log_id);
  if (!token) {
    switch (token.error()) {
      case events::TokenError::Unreadable:
        return token_unknown(
            "That is no place in the order of changes: send a `next` of /v1/changes or an `id` of /v1/stream, exactly "
            "as it came. A consistency token is none.");
      case events::TokenError::OfAnotherLog:
        return token_unknown(
            "That place is one of another log: drop what was read from it, and begin without a token.");
    }
  }
  if (token->needs().size() > side_.log()->partitions)
    return token_unknown("That place names a partition that this log has not.");
  return *std::move(token);
}

std::shared_ptr<StreamLane> Reader::lane(const boost::asio::any_io_executor& executor) {
  if (!lane_) {
    lane_ = std::make_shared<StreamLane>(executor);
    side_.changes().add_lane(lane_);
  }
  return lane_;
}

boost::asio::awaitable<boost::system::result<Reader::Fresh, http::Problem>> Reader::await_freshness(
    const http::Request& request, events::PositionVector needed) {
  const auto deadline = std::chrono::steady_clock::now() + http::read_preferences(request).wait;
  auto fresh = co_await await_freshness(request);
  if (!fresh || side_.freshness().committed()->positions.covers(needed)) co_return fresh;
  const auto outcome = co_await side_.waiters().wait(needed, deadline, who_waits(request));
  if (outcome == TokenWaiters::Outcome::Covered) co_return fresh;
  co_return behind(needed);
}

boost::asio::awaitable<boost::system::result<Reader::Fresh, http::Problem>> Reader::await_freshness(
    const http::Request& request) {
  if (auto problem = not_ready()) co_return *std::move(problem);
  const auto header = request.header(kTokenHeader);
  if (!header) co_return Fresh{};
  const auto wanted = events::read_freshness(*header, *side_.log());
  if (!wanted) co_return token_unknown(std::string(events::explain(wanted.error())));
  if (side_.freshness().committed()->positions.covers(*wanted)) co_return Fresh{};

  const auto preferences = http::read_preferences(request);
  const auto deadline = std::chrono::steady_clock::now() + preferences.wait;
  const auto outcome = co_await side_.waiters().wait(*wanted, deadline, who_waits(request));
  switch (outcome) {
    case TokenWaiters::Outcome::Covered:
      co_return Fresh{};
    case TokenWaiters::Outcome::TimedOut:
    case TokenWaiters::Outcome::Full:
    case TokenWaiters::Outcome::Closed:
      break;
  }
  if (preferences.lenient) co_return Fresh{.late = true};
  co_return behind(*wanted);
}

// On the file that is served now. One that was replaced while it was opened may have lost its journal by then, so what
// was opened counts only when it is still the one that is served.
TaskQueries& Reader::queries() {
  while (true) {
    const auto served = side_.served();
    if (queries_ && served == opened_) return *queries_;
    queries_.reset();
    try {
      queries_.emplace(*served, side_.options().query_time_limit);
      opened_ = served;
    } catch (const SQLite::Exception&) {
      if (side_.served() == served) throw;
    }
  }
}

void Reader::let_go_of_replaced() {
  if (opened_ != side_.served()) queries_.reset();
}

events::Instant Reader::now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string Reader::age() const {
  return std::to_string(side_.freshness().age().count());
}

http::Response Reader::stamped(http::Response response, const std::string& token, const Fresh& fresh) const {
  response.set(kTokenHeader, token).set("Read-Model-Age", age()).set(http::Field::cache_control, "no-cache");
  if (fresh.late) response.set("Preference-Applied", "handling=lenient");
  return response;
}

http::Problem Reader::stamped(http::Problem problem, const std::string& token) const {
  // Until anything is committed there is nothing that a token could name.
  if (!token.empty()) problem.headers.emplace_back(kTokenHeader, token);
  problem.headers.emplace_back("Read-Model-Age", age());
  problem.headers.emplace_back("Cache-Control", "no-cache");
  return problem;
}

http::Problem Reader::stamped(http::Problem problem) const {
  return stamped(std::move(problem), side_.freshness().committed()->token);
}

}  // namespace taskstream::projection
