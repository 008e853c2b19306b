#include "command-service/http/request_terms.hpp"

#include <algorithm>
#include <utility>

#include "command-service/http/command_hash.hpp"
#include "command-service/http/responses.hpp"
#include "events/log/freshness_field.hpp"
#include "http/trace_context.hpp"

namespace taskstream::command {
namespace {

constexpr std::size_t kKeyLengthAtMost = 255;

bool is_printable(char c) {
  return c >= 0x21 && c <= 0x7e;
}

boost::system::result<std::optional<RequestKey>, http::Problem> read_key(const http::Request& request) {
  const std::optional<std::string> key = request.header("Idempotency-Key");
  if (!key) return std::optional<RequestKey>();
  if (!is_idempotency_key(*key)) {
    return http::malformed("Idempotency-Key must have 1 to 255 printable ASCII characters; a UUID is a good choice.");
  }
  return std::optional(RequestKey{.id = *key, .hash = command_hash(request)});
}

boost::system::result<events::PositionVector, http::Problem> read_tokens(const http::Request& request,
                                                                         const events::LogIdentity& log) {
  const std::optional<std::string> field = request.header("Consistency-Token");
  if (!field) return events::PositionVector();
  auto positions = events::read_freshness(*field, log);
  if (!positions) return token_unknown(positions.error());
  return *std::move(positions);
}

std::optional<std::string> read_traceparent(const http::Request& request) {
  const std::optional<std::string> field = request.header("traceparent");
  return field ? http::read_traceparent(*field) : std::nullopt;
}

// A read carries conditions of another kind, which are looked at on its answer (RFC 9110 §13.2.2).
bool is_read(http::Verb verb) {
  return verb == http::Verb::get || verb == http::Verb::head;
}

struct ToExpectation {
  Expectation operator()(std::monostate) const { return {.kind = Expectation::Kind::NotStated}; }
  Expectation operator()(const http::AnyVersion&) const { return {.kind = Expectation::Kind::Any}; }
  Expectation operator()(const http::MustNotExist&) const { return {.kind = Expectation::Kind::Absent}; }
  Expectation operator()(const http::OneOfVersions& one_of) const {
    Expectation expectation{.kind = Expectation::Kind::OneOf};
    for (const std::int64_t version : one_of.versions) expectation.versions.push_back({version});
    return expectation;
  }
};

bool is_missing(const Terms& terms, Expectation::Kind stated, PreconditionRule rule, bool require_precondition) {
  switch (rule) {
    case PreconditionRule::Version:
      return require_precondition && stated == Expectation::Kind::NotStated;
    case PreconditionRule::VersionOrKey:
      return !terms.key && stated != Expectation::Kind::OneOf;  // `*` names no version
    case PreconditionRule::None:
      return false;
  }
  return false;
}

}  // namespace

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kKeyLengthAtMost && std::ranges::all_of(text, is_printable);
}

boost::system::result<Terms, http::Problem> read_terms(const http::Request& request, const events::LogIdentity& log) {
  boost::system::result<http::Precondition, http::Problem> precondition = http::Precondition();
  if (!is_read(request.verb)) precondition = http::read_precondition(request);
  if (!precondition) return precondition.error();
  auto key = read_key(request);
  if (!key) return key.error();
  auto tokens = read_tokens(request, log);
  if (!tokens) return tokens.error();
  const http::Preferences preferences = http::read_preferences(request);
  return Terms{.precondition = *std::move(precondition),
               .preferences = preferences,
               .key = *std::move(key),
               .traceparent = read_traceparent(request),
               .at_least = preferences.lenient ? events::PositionVector() : *std::move(tokens)};
}

Expectation to_expectation(const Terms& terms, PreconditionRule rule, bool require_precondition) {
  Expectation expectation = std::visit(ToExpectation(), terms.precondition);
  if (is_missing(terms, expectation.kind, rule, require_precondition)) expectation.kind = Expectation::Kind::Required;
  return expectation;
}

}  // namespace taskstream::command
