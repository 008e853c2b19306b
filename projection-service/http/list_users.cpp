#include "projection-service/http/list_users.hpp"

#include "projection-service/http/task_page.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> list_users(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  auto parameters = read_user_list_parameters(request, reader.words());
  if (!parameters.errors.empty()) co_return reader.stamped(http::validation_failed(std::move(parameters.errors)));
  const auto page = reader.run([&](TaskQueries& queries) { return queries.list_users(parameters.query); });
  if (!page) co_return reader.stamped(page.error());
  const std::string cursor = page->next ? encode_cursor(*page->next, spelling_of(parameters.query)) : std::string();
  co_return reader.stamped(page_response(request, *page, cursor), page->token, *fresh);
}

}  // namespace taskstream::projection
