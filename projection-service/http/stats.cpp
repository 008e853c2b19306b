#include "projection-service/http/stats.hpp"

#include <nlohmann/json.hpp>

#include "events/contract/event_json.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/http/sight_of.hpp"
#include "projection-service/readmodel/task_stats.hpp"

namespace taskstream::projection {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNamedAssignees = 100;

template <class Rank, std::size_t kRanks>
Json by_rank(const std::array<std::int64_t, kRanks>& counts) {
  Json json = Json::object();
  for (std::size_t rank = 0; rank < kRanks; ++rank) {
    json[std::string(events::to_string(static_cast<Rank>(rank)))] = counts.at(rank);
  }
  return json;
}

// Those who have most tasks by name, and all further ones together.
Json by_assignee(const TaskStats& stats) {
  Json json = {{"none", stats.of_nobody}};
  std::int64_t of_others = 0;
  std::size_t named = 0;
  for (const TaskStats::OfAssignee& of : stats.by_assignee) {
    if (named < kNamedAssignees) {
      json[of.assignee.to_string()] = of.tasks;
      ++named;
    } else {
      of_others += of.tasks;
    }
  }
  if (of_others > 0) json["others"] = of_others;
  return json;
}

}  // namespace

boost::asio::awaitable<http::Outcome> stats(Reader& reader, http::Request request) {
  const auto fresh = co_await reader.await_freshness(request);
  if (!fresh) co_return reader.stamped(fresh.error());
  if (auto errors = Parameters(request).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  const Sight sight = sight_of(request.principal);
  const auto stats =
      reader.run([&](TaskQueries& queries) { return task_stats(queries.connection(), sight, Reader::now()); });
  if (!stats) co_return reader.stamped(stats.error());
  const Json body = {{"total", stats->total},
                     {"byStatus", by_rank<events::Status>(stats->by_status)},
                     {"byPriority", by_rank<events::Priority>(stats->by_priority)},
                     {"byAssignee", by_assignee(*stats)},
                     {"overdue", stats->overdue}};
  co_return reader.stamped(http::json_response(http::Status::ok, body.dump()), stats->token, *fresh);
}

}  // namespace taskstream::projection
