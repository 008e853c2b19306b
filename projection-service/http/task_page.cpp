#include "projection-service/http/task_page.hpp"

namespace taskstream::projection {

http::Response page_response(const http::Request& request, const ListPage& page, const std::string& cursor) {
  // The bodies are stored as they are answered: a page is put together, not made.
  std::string body = "{\"items\":[" + page.items + "]";
  if (!cursor.empty()) body += ",\"nextCursor\":\"" + cursor + "\"";
  if (page.total) body += ",\"total\":" + std::to_string(*page.total);
  body += "}";
  auto response = http::json_response(http::Status::ok, std::move(body));
  if (!cursor.empty()) response.set(http::Field::link, next_link(request, cursor));
  return response;
}

http::Outcome task_page(Reader& reader, const http::Request& request, ListParameters parameters,
                        const Reader::Fresh& fresh) {
  if (!parameters.errors.empty()) return reader.stamped(http::validation_failed(std::move(parameters.errors)));
  const auto page = reader.run([&](TaskQueries& queries) { return queries.list_tasks(parameters.query); });
  if (!page) return reader.stamped(page.error());
  const std::string cursor = page->next ? encode_cursor(*page->next, spelling_of(parameters.query)) : std::string();
  return reader.stamped(page_response(request, *page, cursor), page->token, fresh);
}

}  // namespace taskstream::projection
