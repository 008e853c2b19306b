#include "projection-service/http/parked.hpp"

#include <nlohmann/json.hpp>

#include "events/contract/base64.hpp"
#include "http/text.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/readmodel/cursor.hpp"
#include "projection-service/readmodel/parked_rows.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kQuery = "parked";

std::string cursor_after(events::Position position) {
  return encode_cursor({.key = std::to_string(position.partition) + "/" + std::to_string(position.offset), .id = {}},
                       kQuery);
}

std::optional<events::Position> position_in(const std::string& text) {
  const auto cursor = decode_cursor(text, kQuery);
  const auto* key = cursor ? std::get_if<std::string>(&cursor->key) : nullptr;
  if (key == nullptr) return std::nullopt;
  const std::size_t slash = key->find('/');
  const auto partition = http::read_decimal(std::string_view(*key).substr(0, slash));
  const auto offset =
      slash == std::string::npos ? std::nullopt : http::read_decimal(std::string_view(*key).substr(slash + 1));
  if (!partition || !offset) return std::nullopt;
  return events::Position{.partition = static_cast<events::Partition>(*partition),
                          .offset = static_cast<events::Offset>(*offset)};
}

// Names of headers are text in Kafka's protocol, where all else is bytes.
Json item_of(const ParkedRow& row) {
  const events::Record& record = row.record.record;
  Json headers = Json::array();
  for (const events::Header& header : record.headers) {
    headers.push_back({{"name", header.name}, {"value", events::to_base64(header.value)}});
  }
  return {{"partition", row.record.position.partition},
          {"offset", row.record.position.offset},
          {"reason", row.reason},
          {"key", record.key ? Json(events::to_base64(*record.key)) : Json(nullptr)},
          {"headers", std::move(headers)},
          {"value", events::to_base64(record.value)}};
}

}  // namespace

boost::asio::awaitable<http::Outcome> list_parked(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  Parameters parameters(request);
  const std::int64_t limit = parameters.take_limit();
  std::optional<events::Position> after;
  if (const std::string* text = parameters.take("cursor")) {
    after = position_in(*text);
    if (!after) parameters.refuse("cursor", "is not a `nextCursor` of this list");
  }
  if (auto errors = std::move(parameters).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  const auto page = reader.run([&](TaskQueries& queries) { return list_parked(queries.connection(), after, limit); });
  if (!page) co_return reader.stamped(page.error());
  Json body{{"items", Json::array()}};
  for (const ParkedRow& row : page->rows) body["items"].push_back(item_of(row));
  std::string link;
  if (page->more) {
    const std::string cursor = cursor_after(page->rows.back().record.position);
    body["nextCursor"] = cursor;
    link = next_link(request, cursor);
  }
  auto response = http::json_response(http::Status::ok,
                                      body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  if (!link.empty()) response.set(http::Field::link, link);
  co_return reader.stamped(std::move(response), page->token, *fresh);
}

}  // namespace taskstream::projection
