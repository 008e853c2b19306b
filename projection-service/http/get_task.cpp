#include "projection-service/http/get_task.hpp"

#include "http/conditional.hpp"
#include "http/text.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/http/sight_of.hpp"
#include "projection-service/http/task_path.hpp"
#include "projection-service/readmodel/past_versions.hpp"

namespace taskstream::projection {
namespace {

// Which task is asked for: as it is, as of a version, or as of a time.
struct Wanted {
  std::optional<std::int64_t> version;
  std::optional<events::Instant> at;
  std::vector<http::FieldError> errors;

  bool is_past() const { return version || at; }
};

Wanted read_wanted(const http::Request& request) {
  Parameters parameters(request);
  Wanted wanted;
  if (const std::string* text = parameters.take("version")) {
    const auto number = text->starts_with('0') ? std::nullopt : http::read_decimal(*text);
    if (number && *number <= static_cast<std::uint64_t>(events::StreamVersion::kMax)) {
      wanted.version = static_cast<std::int64_t>(*number);
    } else {
      parameters.refuse("version", "is not a version: a whole number from 1");
    }
  }
  wanted.at = parameters.take_instant("at");
  if (wanted.version && wanted.at) parameters.refuse("at", "cannot be given together with `version`");
  wanted.errors = std::move(parameters).errors();
  return wanted;
}

http::Problem gone() {
  return http::plain_problem(http::Status::gone, "The task was deleted. Its history is still there.");
}

http::Problem parked() {
  return {.status = http::Status::service_unavailable,
          .code = "STREAM_QUARANTINED",
          .detail =
              "The task has this version, but this release cannot read it, or one before it: a newer one can. The "
              "task without `version` is the last state that could be read.",
          .headers = {{"Retry-After", "60"}}};
}

http::Response answer(const http::Request& request, const std::string& etag, std::string body) {
  if (!etag.empty() && http::is_not_modified(request, etag)) {
    http::Response response{.status = http::Status::not_modified, .fields = {}, .body = {}};
    response.set(http::Field::etag, etag);
    return response;
  }
  auto response = http::json_response(http::Status::ok, std::move(body));
  if (!etag.empty()) response.set(http::Field::etag, etag);
  return response;
}

// A quarantined task is not all that its version says, so no tag may vouch for it.
std::string etag_of(bool quarantined, std::int64_t version) {
  return quarantined ? std::string() : http::etag_of(version);
}

http::Outcome answer_past(Reader& reader, const http::Request& request, const events::TaskId& id, const Wanted& wanted,
                          const Reader::Fresh& fresh) {
  const Sight sight = sight_of(request.principal);
  auto found = reader.run([&](TaskQueries& queries) {
    QueryConnection& connection = queries.connection();
    return wanted.version ? find_version(connection, id, sight, *wanted.version)
                          : find_at(connection, id, sight, *wanted.at);
  });
  if (!found) return reader.stamped(found.error());
  switch (found->kind) {
    case FoundVersion::Kind::Unknown:
      return reader.stamped(http::not_found(), found->token);
    case FoundVersion::Kind::Parked:
      return reader.stamped(parked(), found->token);
    case FoundVersion::Kind::Deleted:
      return reader.stamped(gone(), found->token);
    case FoundVersion::Kind::Found:
      break;
  }
  return reader.stamped(answer(request, etag_of(found->quarantined, found->version), std::move(found->body)),
                        found->token, fresh);
}

}  // namespace

boost::asio::awaitable<http::Outcome> get_task(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  const auto id = read_task_id(request);
  if (!id) co_return reader.stamped(id.error());
  Wanted wanted = read_wanted(request);
  if (wanted.is_past() && wanted.errors.empty()) co_return answer_past(reader, request, *id, wanted, *fresh);

  const Sight sight = sight_of(request.principal);
  auto found = reader.run([&](TaskQueries& queries) { return queries.find_task(*id, sight); });
  if (!found) co_return reader.stamped(found.error());
  if (!found->known) co_return reader.stamped(http::not_found(), found->token);
  if (found->deleted && !wanted.is_past()) co_return reader.stamped(gone(), found->token);
  if (!wanted.errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(wanted.errors)), found->token);
  }
  co_return reader.stamped(answer(request, etag_of(found->quarantined, found->version), std::move(found->body)),
                           found->token, *fresh);
}

}  // namespace taskstream::projection
