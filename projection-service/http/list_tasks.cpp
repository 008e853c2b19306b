#include "projection-service/http/list_tasks.hpp"

#include "projection-service/http/task_page.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> list_tasks(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  co_return task_page(reader, request, read_list_parameters(request, reader.words(), Reader::now()), *fresh);
}

}  // namespace taskstream::projection
