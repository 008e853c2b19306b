#include "http/request_checks.hpp"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "http/auth/names.hpp"
#include "http/request_guard.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::size_t kMaxIdLength = 128;

bool is_one_of(std::string_view value, const std::vector<std::string>& allowed) {
  return std::ranges::any_of(allowed, [&](const std::string& name) { return equals_ignoring_case(value, name); });
}

bool is_write(Verb verb) {
  return verb == Verb::post || verb == Verb::put || verb == Verb::patch || verb == Verb::delete_;
}

std::string fresh_id() {
  thread_local boost::uuids::random_generator_mt19937 generate;
  return boost::uuids::to_string(generate());
}

Problem unsupported_media_type(const Route& route) {
  if (route.media_types.empty()) return plain_problem(Status::unsupported_media_type, "This request takes no body.");
  const auto types = boost::algorithm::join(route.media_types, ", ");
  auto problem = plain_problem(Status::unsupported_media_type, "The body is taken as " + types + ", uncompressed.");
  problem.headers.emplace_back(route.verb == Verb::patch ? "Accept-Patch" : "Accept", types);
  return problem;
}

}  // namespace

std::optional<Problem> check_loopback_host(const Request& request, const std::vector<std::string>& allowed_hosts) {
  const auto field = request.fields.find(Field::host);
  if (field == request.fields.end()) return std::nullopt;
  const std::string_view value = field->value();
  const auto host = host_without_port(value).value_or("");
  static const std::vector<std::string> kLoopback{"localhost", "127.0.0.1", "[::1]"};
  if (is_one_of(host, kLoopback) || is_one_of(host, allowed_hosts) || is_one_of(value, allowed_hosts))
    return std::nullopt;
  return plain_problem(
      Status::misdirected_request,
      "This server listens on loopback and answers to loopback names alone; `--allowed-host` adds others.");
}

std::optional<Problem> check_origin(const Request& request, std::string_view own_scheme,
                                    const std::vector<std::string>& cors_origins) {
  if (!is_write(request.verb)) return std::nullopt;
  const auto origin = request.header("Origin");
  if (!origin) return std::nullopt;
  const auto host = request.fields.find(Field::host);
  const bool is_own = host != request.fields.end() &&
                      equals_ignoring_case(*origin, std::string(own_scheme).append(std::string_view(host->value())));
  if (is_own || is_one_of(*origin, cors_origins)) return std::nullopt;
  return plain_problem(Status::forbidden,
                       "A web page of another origin may not write here; `--cors-origin` allows one.");
}

std::optional<Problem> check_media_type(const Request& request, const Route& route, bool has_body) {
  const auto type = request.header("Content-Type");
  if (route.media_types.empty()) return has_body ? std::optional(unsupported_media_type(route)) : std::nullopt;
  if (!has_body && !type) return std::nullopt;
  const auto coding = request.header("Content-Encoding");
  const bool is_plain = !coding || equals_ignoring_case(*coding, "identity");
  const bool is_taken =
      type && is_one_of(trimmed(std::string_view(*type).substr(0, type->find(';'))), route.media_types);
  if (is_plain && is_taken) return std::nullopt;
  return unsupported_media_type(route);
}

boost::system::result<std::string, Problem> read_actor(const Request& request) {
  const auto [first, last] = request.fields.equal_range("Taskstream-Actor");
  if (first == last) return std::string("anonymous");
  const std::string_view name = first->value();
  if (std::next(first) != last || !is_subject(name)) {
    return malformed(
        "`Taskstream-Actor` is one name of 1 to 128 printable ASCII characters that does not begin with `system:`.");
  }
  return std::string(name);
}

std::string take_request_id(const Fields& fields) {
  const auto [first, last] = fields.equal_range("X-Request-Id");
  if (first == last || std::next(first) != last) return fresh_id();
  const std::string_view id = first->value();
  return id.empty() || id.size() > kMaxIdLength || !is_printable(id) ? fresh_id() : std::string(id);
}

}  // namespace taskstream::http
