#include "projection-service/http/list_tasks.hpp"

#include "projection-service/http/parameters.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> list_tasks(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  auto parameters = read_list_parameters(request);
  if (!parameters.errors.empty()) co_return reader.stamped(http::validation_failed(std::move(parameters.errors)));

  const auto page = reader.run([&](TaskQueries& queries) { return queries.list_tasks(parameters.query); });
  if (!page) co_return reader.stamped(page.error());
  // The bodies are stored as they are answered: a page is put together, not made.
  std::string body = "{\"items\":[" + page->items + "]";
  std::string link;
  if (page->next) {
    const std::string cursor = encode_cursor(*page->next, spelling_of(parameters.query));
    body += ",\"nextCursor\":\"" + cursor + "\"";
    link = next_link(request, cursor);
  }
  if (page->total) body += ",\"total\":" + std::to_string(*page->total);
  body += "}";
  auto response = http::json_response(http::Status::ok, std::move(body));
  if (!link.empty()) response.set(http::Field::link, link);
  co_return reader.stamped(std::move(response), page->token, *fresh);
}

}  // namespace taskstream::projection
