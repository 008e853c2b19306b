#include "projection-service/http/get_user.hpp"

#include "http/conditional.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/http/task_path.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> get_user(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  const auto id = read_user_id(request);
  if (!id) co_return reader.stamped(id.error());

  auto found = reader.run([&](TaskQueries& queries) { return find_user(queries.connection(), *id); });
  if (!found) co_return reader.stamped(found.error());
  if (!found->known) co_return reader.stamped(http::not_found(), found->token);
  if (auto errors = Parameters(request).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)), found->token);
  }
  // A quarantined user is not all that the version says, so no tag may vouch for it.
  const std::string etag = found->quarantined ? std::string() : http::etag_of(found->version);
  if (!etag.empty() && http::is_not_modified(request, etag)) {
    http::Response response{.status = http::Status::not_modified, .fields = {}, .body = {}};
    response.set(http::Field::etag, etag);
    co_return reader.stamped(std::move(response), found->token, *fresh);
  }
  auto response = http::json_response(http::Status::ok, std::move(found->body));
  if (!etag.empty()) response.set(http::Field::etag, etag);
  co_return reader.stamped(std::move(response), found->token, *fresh);
}

}  // namespace taskstream::projection
