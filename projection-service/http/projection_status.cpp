#include "projection-service/http/projection_status.hpp"

#include <nlohmann/json.hpp>

#include "projection-service/http/parameters.hpp"
#include "projection-service/http/rebuild.hpp"
#include "projection-service/readmodel/model_file.hpp"

namespace taskstream::projection {
namespace {

nlohmann::ordered_json json_of(const events::PositionVector& positions, events::Partition partitions) {
  auto offsets = nlohmann::ordered_json::array();
  for (events::Partition p = 0; p < partitions; ++p) offsets.push_back(positions.next(p));
  return offsets;
}

}  // namespace

boost::asio::awaitable<http::Outcome> projection_status(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  if (auto errors = Parameters(request).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  const auto counts = reader.run([](TaskQueries& queries) { return queries.counts(); });
  if (!counts) co_return reader.stamped(counts.error());
  const auto log = reader.side().log();
  const auto committed = reader.side().freshness().committed();
  const Lag lag = reader.side().freshness().lag();
  nlohmann::ordered_json body = {{"logId", log->log_id.to_string()},
                                       {"position", json_of(committed->positions, log->partitions)},
                                       {"end", json_of(lag.end, log->partitions)},
                                       {"lagRecords", lag.records},
                                       {"lagSeconds", lag.age.count()},
                                       {"schema", kSchemaNumber},
                                       {"parked", counts->parked},
                                       {"quarantined", counts->quarantined}};
  if (const auto rebuild = reader.side().rebuilds().progress()) body["rebuild"] = rebuild_json(*rebuild);
  co_return reader.stamped(http::json_response(http::Status::ok, body.dump()), counts->token, *fresh);
}

}  // namespace taskstream::projection
