#include "projection-service/http/task_history.hpp"

#include "projection-service/http/parameters.hpp"
#include "projection-service/http/sight_of.hpp"
#include "projection-service/http/task_path.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> task_history(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  const auto id = read_task_id(request);
  if (!id) co_return reader.stamped(id.error());

  auto parameters = read_history_parameters(request, *id);
  const Sight sight = sight_of(request.principal);
  const auto page = reader.run(
      [&](TaskQueries& queries) { return queries.history(*id, sight, parameters.after_version, parameters.limit); });
  if (!page) co_return reader.stamped(page.error());
  if (!page->known) co_return reader.stamped(http::not_found(), page->token);
  if (!parameters.errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(parameters.errors)), page->token);
  }
  std::string body = "{\"items\":[" + page->items + "]";
  std::string link;
  if (page->next) {
    const std::string cursor = history_cursor(*id, *page->next);
    body += ",\"nextCursor\":\"" + cursor + "\"";
    link = next_link(request, cursor);
  }
  body += "}";
  auto response = http::json_response(http::Status::ok, std::move(body));
  if (!link.empty()) response.set(http::Field::link, link);
  co_return reader.stamped(std::move(response), page->token, *fresh);
}

}  // namespace taskstream::projection
