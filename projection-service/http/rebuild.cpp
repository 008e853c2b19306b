#include "projection-service/http/rebuild.hpp"

#include "projection-service/http/parameters.hpp"

namespace taskstream::projection {

boost::asio::awaitable<http::Outcome> request_rebuild(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  if (auto errors = Parameters(request).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  if (!reader.side().rebuilds().request()) {
    co_return reader.stamped(http::Problem{.status = http::Status::conflict,
                                           .code = "IN_PROGRESS",
                                           .detail = "A rebuild is under way: GET /v1/projection says how far it is.",
                                           .headers = {{"Retry-After", "10"}}});
  }
  const auto committed = reader.side().freshness().committed();
  const auto progress = reader.side().rebuilds().progress().value_or(RebuildDesk::Progress());
  auto response = http::json_response(http::Status::accepted, rebuild_json(progress).dump());
  response.set(http::Field::location, "/v1/projection");
  co_return reader.stamped(std::move(response), committed->token, *fresh);
}

nlohmann::ordered_json rebuild_json(const RebuildDesk::Progress& progress) {
  return {{"done", progress.done},
          {"total", progress.total},
          {"startedAt", events::format_instant(progress.started_at)}};
}

}  // namespace taskstream::projection
