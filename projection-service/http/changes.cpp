#include "projection-service/http/changes.hpp"

#include "projection-service/http/change_frame.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/http/sight_of.hpp"

namespace taskstream::projection {
namespace {

std::string body_of(const ChangePage& page, const events::LogId& log) {
  std::string body = "{\"items\":[";
  for (const ChangedTask& task : page.items) {
    if (&task != &page.items.front()) body += ',';
    body += "{\"taskId\":\"" + task.id.to_string() + "\",\"version\":" + std::to_string(task.version);
    body += task.gone == ChangedTask::Gone::Deleted ? ",\"deleted\":true" : ",\"deleted\":false";
    if (task.gone == ChangedTask::Gone::No) {
      body += ",\"task\":" + task.body;
    } else {
      body.append(",\"gone\":\"").append(name_of(task.gone)).append("\"");
    }
    body += '}';
  }
  body += "],\"next\":\"" + encode_change_token(log, page.next) + "\"";
  return body + (page.more ? ",\"more\":true}" : ",\"more\":false}");
}

}  // namespace

boost::asio::awaitable<http::Outcome> changes(Reader& reader, http::Request request) {
  Parameters parameters(request);
  ChangeQuery query{.since = {}, .sight = sight_of(request.principal)};
  if (const std::string* since = parameters.take("since")) {
    auto token = reader.read_change_token(*since);
    if (!token) co_return reader.stamped(token.error());
    query.since = *std::move(token);
  }
  query.limit = parameters.take_limit();
  const auto fresh = co_await reader.await_freshness(request, query.since.needs());
  if (!fresh) co_return reader.stamped(fresh.error());
  if (auto errors = std::move(parameters).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  const auto page = reader.run([&](TaskQueries& queries) { return queries.changes(query); });
  if (!page) co_return reader.stamped(page.error());
  auto response = http::json_response(http::Status::ok, body_of(*page, reader.side().log()->log_id));
  co_return reader.stamped(std::move(response), page->token, *fresh);
}

}  // namespace taskstream::projection
