#include "projection-service/http/user_tasks.hpp"

#include "projection-service/http/task_page.hpp"
#include "projection-service/http/task_path.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> user_tasks(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  const auto id = read_user_id(request);
  if (!id) co_return reader.stamped(id.error());
  // Users never go, so the page is of a time at which this one was there.
  const auto user = reader.run([&](TaskQueries& queries) { return find_user(queries.connection(), *id); });
  if (!user) co_return reader.stamped(user.error());
  if (!user->known) co_return reader.stamped(http::not_found(), user->token);
  co_return task_page(reader, request, read_user_tasks_parameters(request, *id, reader.words(), Reader::now()), *fresh);
}

}  // namespace taskstream::projection
